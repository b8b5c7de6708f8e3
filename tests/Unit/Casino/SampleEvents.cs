using RideIngest.Casino.Events;

namespace RideIngest.Unit.Casino;

/// <summary>Events, and a clock that stands until it is moved.</summary>
internal static class SampleEvents
{
    public static CasinoEvent Bet(long id, long player = 10, bool won = false, long euros = 100) => new()
    {
        Id = id,
        PlayerId = player,
        GameId = 100,
        Type = EventType.Bet,
        Amount = euros,
        Currency = "EUR",
        HasWon = won,
        AmountEur = euros,
        CreatedAt = new(2022, 1, 10, 12, 34, 0, TimeSpan.Zero),
    };

    public static CasinoEvent Deposit(long id, long player, long euros) =>
        Bet(id, player, euros: euros) with { GameId = null, Type = EventType.Deposit, HasWon = null };
}

internal sealed class StandingClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Pass(double seconds) => _ticks += TimeSpan.FromSeconds(seconds).Ticks;
}
