using System.Globalization;
using System.Text.Json;

namespace RideIngest.Faults.Load;

/// <summary>
/// A casino event as it is published. The same id always makes the same one, so that the ledger need not keep what was sent.
/// </summary>
/// <param name="CreatedAt">As it is written.</param>
internal sealed record CasinoFact(
    long Id, long Player, long? Game, string Type, long? Amount, string? Currency, bool? HasWon, string CreatedAt)
{
    private static readonly string[] Types = ["game_start", "bet", "bet", "deposit", "game_stop"];
    private static readonly string[] Currencies = ["EUR", "EUR", "USD", "GBP", "NZD", "BTC"];
    private static readonly DateTime Epoch = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public string Json => $$"""{{{Published}}}""";

    /// <summary>Its members, in the order in which events have them.</summary>
    public string Published => string.Create(CultureInfo.InvariantCulture,
        $"\"id\":{Id},\"player_id\":{Player}{(Game is { } game ? $",\"game_id\":{game}" : "")},\"type\":\"{Type}\"{(Amount is { } amount ? $",\"amount\":{amount},\"currency\":\"{Currency}\"" : "")}{(HasWon is { } won ? $",\"has_won\":{(won ? "true" : "false")}" : "")},\"created_at\":\"{CreatedAt}\"");

    public static CasinoFact Of(long id)
    {
        var random = new Random(unchecked((int)(id * 7919)));
        var type = Types[random.Next(Types.Length)];
        var paid = type is "bet" or "deposit";
        return new(
            id,
            10 + random.Next(10),
            type == "deposit" ? null : 100 + random.Next(11),
            type,
            paid ? random.Next(100_000) : null,
            paid ? Currencies[random.Next(Currencies.Length)] : null,
            type == "bet" ? random.Next(20) == 0 : null,
            Epoch.AddSeconds(random.Next(100_000_000)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
    }

    /// <summary>What was published, of an event that was printed.</summary>
    public static CasinoFact Read(JsonElement printed) => new(
        printed.GetProperty("id").GetInt64(),
        printed.GetProperty("player_id").GetInt64(),
        Number(printed, "game_id"),
        printed.GetProperty("type").GetString()!,
        Number(printed, "amount"),
        printed.TryGetProperty("currency", out var currency) ? currency.GetString() : null,
        printed.TryGetProperty("has_won", out var won) ? won.GetBoolean() : null,
        printed.GetProperty("created_at").GetString()!);

    private static long? Number(JsonElement printed, string name) =>
        printed.TryGetProperty(name, out var number) ? number.GetInt64() : null;
}
