using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace NATS.Client.Core;

/// <summary>
/// Wakes the writer. Usually through the thread pool's common queue: behind the work that is already there, and so behind what that work still
/// publishes, which then leaves in the same send. But where nothing was sent for a while nothing gathers either, and the writer goes on at once, on the
/// publisher's own thread: waking another one takes longer than the send.
/// </summary>
internal sealed class WriterSignal : IValueTaskSource, IThreadPoolWorkItem
{
    // 50 µs: more than between two publishes of a busy publisher, less than a server takes to answer.
    private static readonly long Quiet = Stopwatch.Frequency / 20_000;

    private ManualResetValueTaskSourceCore<bool> _core;
    private long _lastSet;

    public ValueTask Task => new(this, _core.Version);

    /// <summary>
    /// Whether the writer may have a publisher's thread. Only the writer takes it back, once it has another one: woken before it waits, it goes on where it is.
    /// </summary>
    public bool IsOnPublisher { get; set; }

    public void Reset() => _core.Reset();

    /// <summary>Once after each <see cref="Reset"/>, like <see cref="SetLater"/>.</summary>
    public void Set()
    {
        var now = Stopwatch.GetTimestamp();
        var quiet = now - _lastSet > Quiet;
        _lastSet = now;
        if (!quiet)
        {
            SetLater();
            return;
        }
        IsOnPublisher = true;
        _core.SetResult(true);
    }

    public void SetLater() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
