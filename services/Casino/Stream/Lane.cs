namespace RideIngest.Casino.Stream;

/// <summary>Where events wait for a role. Each subject has one consumer, which all processes with the role share.</summary>
/// <param name="Consumer">The durable consumer.</param>
/// <param name="Next">Where the role hands them on; null at the end of the way.</param>
internal sealed record Lane(string Consumer, string Subject, Lane? Next)
{
    public static readonly Lane Aggregates = new("aggregates", "casino.aggregates", null);
    public static readonly Lane Description = new("description", "casino.description", Aggregates);
    public static readonly Lane Player = new("player", "casino.player", Description);

    /// <summary>Events whose amount is in another currency than EUR.</summary>
    public static readonly Lane CurrencyForeign = new("currency-foreign", "casino.currency.foreign", Player);

    /// <summary>All others: they wait for no exchange rate, and not for those that do.</summary>
    public static readonly Lane CurrencyPlain = new("currency-plain", "casino.currency.plain", Player);
}
