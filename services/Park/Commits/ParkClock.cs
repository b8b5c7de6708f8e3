namespace RideIngest.Park.Commits;

/// <summary>The time of Postgres, so that processes whose clocks differ agree about what is due.</summary>
internal sealed class ParkClock(TimeProvider clock)
{
    // An answer that takes longer says too little about the time.
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(200);

    private long _ahead;
    private volatile bool _isCompared;

    public DateTimeOffset Now => clock.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    public long Timestamp => clock.GetTimestamp();

    /// <summary>Takes a time of Postgres.</summary>
    /// <param name="asked">The <see cref="Timestamp"/> when it was asked for.</param>
    public void Compare(DateTimeOffset there, long asked)
    {
        var took = clock.GetElapsedTime(asked);
        if (_isCompared && took > Quick)
            return;
        Volatile.Write(ref _ahead, (there + took / 2 - clock.GetUtcNow()).Ticks);
        _isCompared = true;
    }
}
