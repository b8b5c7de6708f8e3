using RideIngest.Casino.Events;

namespace RideIngest.Casino.Publish;

/// <summary>Generates events; the same <paramref name="random"/> gives the same events.</summary>
internal sealed class GeneratedEvents(Random random, long firstId)
{
    private static readonly EventType[] Types = Enum.GetValues<EventType>();
    private static readonly string[] Coins = [.. Currencies.All];

    private long _id = firstId;

    public CasinoEvent Next(DateTimeOffset at)
    {
        var type = Types[random.Next(Types.Length)];
        var paid = type is EventType.Bet or EventType.Deposit;
        var currency = paid ? Coins[random.Next(Coins.Length)] : null;
        return new CasinoEvent
        {
            Id = _id++,
            PlayerId = 10 + random.Next(10),
            GameId = type == EventType.Deposit ? null : 100 + random.Next(10),
            Type = type,
            Amount = currency is null ? null : random.Next(1, currency == "BTC" ? 100_000 : 2_000),
            Currency = currency,
            HasWon = type == EventType.Bet ? random.Next(100) < 5 : null,
            CreatedAt = at,
        };
    }
}
