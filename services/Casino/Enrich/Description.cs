using System.Globalization;
using RideIngest.Casino.Events;

namespace RideIngest.Casino.Enrich;

/// <summary>Describes an event as a sentence.</summary>
internal static class Description
{
    public static string Of(CasinoEvent e) => $"Player #{e.PlayerId}{Email(e)} {Deed(e)} on {Date(e.CreatedAt)}.";

    private static string Deed(CasinoEvent e) => e.Type switch
    {
        EventType.GameStart => $"started playing a game \"{Games.Title(e.GameId)}\"",
        EventType.Bet => $"placed a bet of {Amount(e)} on a game \"{Games.Title(e.GameId)}\"",
        EventType.Deposit => $"made a deposit of {Amount(e)}",
        _ => $"stopped playing a game \"{Games.Title(e.GameId)}\"",
    };

    private static string Email(CasinoEvent e) => e.Player?.Email is { } email ? $" ({email})" : "";

    private static string Amount(CasinoEvent e)
    {
        var amount = Currencies.Text(e.Amount ?? 0, e.Currency ?? Currencies.Euro);
        return e.Currency != Currencies.Euro && e.AmountEur is { } euros ? $"{amount} ({Currencies.Text(euros, Currencies.Euro)})" : amount;
    }

    private static string Date(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        return string.Create(CultureInfo.InvariantCulture, $"{utc:MMMM} {utc.Day}{Ordinal(utc.Day)}, {utc:yyyy} at {utc:HH:mm} UTC");
    }

    private static string Ordinal(int day) => day switch
    {
        11 or 12 or 13 => "th",
        _ when day % 10 == 1 => "st",
        _ when day % 10 == 2 => "nd",
        _ when day % 10 == 3 => "rd",
        _ => "th",
    };
}
