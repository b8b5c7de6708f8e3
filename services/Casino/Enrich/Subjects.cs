using RideIngest.Casino.Events;

namespace RideIngest.Casino.Enrich;

/// <summary>The subjects of the stages, in the order in which an event passes them.</summary>
internal static class Subjects
{
    /// <summary>New events that need an exchange rate.</summary>
    public const string Foreign = "casino.currency.foreign";

    /// <summary>All other new events, which do not wait for rates.</summary>
    public const string Plain = "casino.currency.plain";

    public const string Player = "casino.player";

    public const string Description = "casino.description";

    public const string Aggregates = "casino.aggregates";

    public static string OfNew(CasinoEvent e) => CurrencyStep.NeedsRate(e) ? Foreign : Plain;
}
