using System.Globalization;

namespace RideIngest.Casino.Events;

/// <summary>Converts amounts in a currency's smallest unit to text and to EUR cents.</summary>
internal static class Currencies
{
    public const string Euro = "EUR";

    private const decimal Cent = 0.01m;

    // The number of smallest units in one unit of the currency.
    private static readonly Dictionary<string, decimal> Units = new()
    {
        [Euro] = 100,
        ["USD"] = 100,
        ["GBP"] = 100,
        ["NZD"] = 100,
        ["BTC"] = 100_000_000,
    };

    public static IReadOnlyCollection<string> All => Units.Keys;

    /// <summary>The number of smallest units in one unit of the currency; 0 for an unknown currency.</summary>
    public static decimal UnitsOf(string currency) => Units.GetValueOrDefault(currency);

    /// <summary>
    /// Converts an amount to EUR cents. Half a cent is rounded up, as Regulation (EC) No 1103/97 requires for conversions with the euro.
    /// </summary>
    /// <param name="rate">The price of one EUR in the currency.</param>
    public static long ToEurCents(long amount, string currency, decimal rate) =>
        (long)decimal.Round(amount / (UnitsOf(currency) * Cent * rate), 0, MidpointRounding.AwayFromZero);

    /// <summary>Formats an amount without trailing zeros: <c>4.68 EUR</c>, <c>5 USD</c>, <c>0.00000001 BTC</c>.</summary>
    public static string Text(long amount, string currency) =>
        string.Create(CultureInfo.InvariantCulture, $"{amount / UnitsOf(currency):0.########} {currency}");
}
