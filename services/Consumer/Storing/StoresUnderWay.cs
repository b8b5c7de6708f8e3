using System.Collections.Concurrent;
using System.Diagnostics;

namespace RideIngest.Consumer.Storing;

/// <summary>The attempts to store that run now, and how long nothing has been stored.</summary>
internal sealed class StoresUnderWay
{
    private readonly ConcurrentDictionary<object, long> _begun = new();
    private long _succeeded;

    public bool Any => !_begun.IsEmpty;

    /// <summary>
    /// Since when nothing was stored that should have been: the start of the oldest attempt, or the last success if that came later; null
    /// without an attempt.
    /// </summary>
    public long? Since => _begun.Values.DefaultIfEmpty(long.MaxValue).Min() is var oldest && oldest == long.MaxValue
        ? null
        : Math.Max(oldest, Volatile.Read(ref _succeeded));

    public object Begin()
    {
        var attempt = new object();
        _begun[attempt] = Stopwatch.GetTimestamp();
        return attempt;
    }

    public void Succeed() => Volatile.Write(ref _succeeded, Stopwatch.GetTimestamp());

    public void End(object attempt) => _begun.TryRemove(attempt, out _);

    /// <summary>Whether an attempt has taken longer than this.</summary>
    public bool Exceed(TimeSpan time) => _begun.Values.Any(begun => Stopwatch.GetElapsedTime(begun) > time);
}
