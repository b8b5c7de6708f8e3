namespace RideIngest.Hosting.Retries;

/// <summary>
/// Why something fails, until it works again, or until no failure was seen for a while: then nobody knows whether it still fails.
/// </summary>
public sealed class RecentTrouble(TimeProvider clock, TimeSpan recent)
{
    private string? _reason;
    private long _failedAt;

    /// <summary>Null if it works, as far as is known.</summary>
    public string? Reason => Latest is { } reason && clock.GetElapsedTime(Volatile.Read(ref _failedAt)) < recent ? reason : null;

    /// <summary>Why it failed last, however long ago; null if it works.</summary>
    public string? Latest => Volatile.Read(ref _reason);

    /// <returns>Whether it worked before.</returns>
    public bool Failed(string reason)
    {
        Volatile.Write(ref _failedAt, clock.GetTimestamp());
        return Interlocked.Exchange(ref _reason, reason) is null;
    }

    /// <returns>Whether it failed before.</returns>
    public bool Works() => Interlocked.Exchange(ref _reason, null) is not null;
}
