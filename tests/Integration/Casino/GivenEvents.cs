using System.Globalization;

namespace RideIngest.Integration.Casino;

/// <summary>Events to send.</summary>
internal static class GivenEvents
{
    public static string Start(long id, long player = 10) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":{{id}},"player_id":{{player}},"game_id":100,"type":"game_start","created_at":"2022-01-10T12:34:00Z"}""");

    public static string Bet(long id, long player = 11, long amount = 500, string currency = "USD", bool won = false) =>
        string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":{{id}},"player_id":{{player}},"game_id":101,"type":"bet","amount":{{amount}},"currency":"{{currency}}","has_won":{{(won ? "true" : "false")}},"created_at":"2022-02-02T23:45:00Z"}""");

    public static string Deposit(long id, long player = 12, long amount = 10_000, string currency = "EUR") =>
        string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":{{id}},"player_id":{{player}},"type":"deposit","amount":{{amount}},"currency":"{{currency}}","created_at":"2022-02-03T12:12:00Z"}""");

    public static string Bets(long first, int count, string currency = "USD") =>
        string.Join('\n', Enumerable.Range(0, count).Select(i => Bet(first + i, 10 + (i % 5), currency: currency)));
}
