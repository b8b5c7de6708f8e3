namespace RideIngest.Casino.Enrich;

/// <summary>Logs unknown players: each at debug level, and once a minute a summary as a warning.</summary>
internal sealed partial class MissingPlayers(TimeProvider clock, ILogger<MissingPlayers> logger)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _events;
    private long? _warnedAt;

    public void Add(long player)
    {
        Missing(player);
        long events;
        lock (_gate)
        {
            _events++;
            if (_warnedAt is { } warned && clock.GetElapsedTime(warned) < Between)
                return;
            (events, _events, _warnedAt) = (_events, 0, clock.GetTimestamp());
        }
        MissingOfLate(events, player);
    }

    [LoggerMessage(6402, LogLevel.Debug, "There is no player {Player}. Events of this player continue without player data")]
    private partial void Missing(long player);

    [LoggerMessage(6401, LogLevel.Warning,
        "Lookups since the last warning that found no player: {Count}, most recently {Player}. Their events continue without player data")]
    private partial void MissingOfLate(long count, long player);
}
