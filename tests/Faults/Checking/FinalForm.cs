using System.Globalization;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>
/// The line that an event must be in the end, written with nothing of the product's own. All that it says follows from what was published.
/// </summary>
internal static class FinalForm
{
    private static readonly string[] Games =
    [
        "Rocket Dice", "It's bananas!", "Wild Spin", "Book of Dead", "Pirate Jackpots", "Western Gold 2", "Super Rainbow Megaways",
        "#BarsAndBells",
        "Fortune Three", "ChilliPop",
    ];

    private static readonly (string Email, string SignedIn)[] Players =
    [
        ("john@example.com", "2022-01-10T12:30:00Z"), ("jane@example.com", "2022-02-02T23:40:00Z"),
        ("bob@example.com", "2022-02-03T12:10:00Z"),
        ("rick@example.com", "2022-03-21T08:05:00Z"), ("morty@example.com", "2022-03-22T16:45:00Z"),
    ];

    // Smallest units in one of the currency, and millionths of it in a EUR, as the simulator always has it.
    private static readonly Dictionary<string, (long Units, long Millionths)> Currencies = new()
    {
        ["EUR"] = (100, 1_000_000),
        ["USD"] = (100, 1_068_400),
        ["GBP"] = (100, 857_100),
        ["NZD"] = (100, 1_739_100),
        ["BTC"] = (100_000_000, 16),
    };

    public static string Of(CasinoFact fact)
    {
        var priced = EurCents(fact) is { } cents ? string.Create(CultureInfo.InvariantCulture, $",\"amount_eur\":{cents}") : "";
        var player = PlayerOf(fact) is var (email, signedIn) ? $"{{\"email\":\"{email}\",\"last_signed_in_at\":\"{signedIn}\"}}" : "{}";
        return $"{{{fact.Published}{priced},\"player\":{player},\"description\":\"{Description(fact).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}";
    }

    /// <summary>In whole numbers, half a cent up.</summary>
    public static long? EurCents(CasinoFact fact)
    {
        if (fact.Amount is not { } amount)
            return null;
        var (units, millionths) = Currencies[fact.Currency!];
        var (cents, whole) = ((Int128)amount * 100 * 1_000_000, (Int128)units * millionths);
        return (long)(((2 * cents) + whole) / (2 * whole));
    }

    private static (string Email, string SignedIn)? PlayerOf(CasinoFact fact) =>
        fact.Player is >= 10 and < 15 ? Players[fact.Player - 10] : null;

    private static string Description(CasinoFact fact)
    {
        var who = PlayerOf(fact) is var (email, _) ? $"Player #{fact.Player} ({email})" : $"Player #{fact.Player}";
        var game = fact.Game is >= 100 and < 110 and var known ? Games[known - 100] : $"#{fact.Game}";
        var what = fact.Type switch
        {
            "game_start" => $"started playing a game \"{game}\"",
            "bet" => $"placed a bet of {Amount(fact)} on a game \"{game}\"",
            "deposit" => $"made a deposit of {Amount(fact)}",
            _ => $"stopped playing a game \"{game}\"",
        };
        var at = DateTimeOffset.Parse(fact.CreatedAt, CultureInfo.InvariantCulture).UtcDateTime;
        var ordinal = (at.Day / 10, at.Day % 10) switch
        {
            (not 1, 1) => "st",
            (not 1, 2) => "nd",
            (not 1, 3) => "rd",
            _ => "th",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{who} {what} on {at:MMMM} {at.Day}{ordinal}, {at:yyyy} at {at:HH:mm} UTC.");
    }

    private static string Amount(CasinoFact fact)
    {
        var amount = In(fact.Currency!, fact.Amount!.Value);
        return fact.Currency == "EUR" ? amount : $"{amount} ({In("EUR", EurCents(fact)!.Value)})";
    }

    private static string In(string currency, long smallest) =>
        string.Create(CultureInfo.InvariantCulture, $"{(decimal)smallest / Currencies[currency].Units:0.########} {currency}");
}
