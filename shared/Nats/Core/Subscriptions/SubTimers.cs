namespace NATS.Client.Core;

/// <summary>The clocks that can end a subscription; none exists unless its option asks for it.</summary>
internal sealed class SubTimers : IDisposable
{
    private readonly TimeSpan _idle;
    private readonly TimeSpan _startUp;
    private readonly TimeSpan _whole;
    private readonly Timer? _idleTimer;
    private readonly Timer? _wholeTimer;
    private Timer? _startUpTimer;

    private SubTimers(TimeSpan idle, TimeSpan startUp, TimeSpan whole, Action<NatsSubEndReason> end)
    {
        (_idle, _startUp, _whole) = (idle, startUp, whole);
        _idleTimer = Create(idle, NatsSubEndReason.IdleTimeout, end);
        _startUpTimer = Create(startUp, NatsSubEndReason.StartUpTimeout, end);
        _wholeTimer = Create(whole, NatsSubEndReason.Timeout, end);
    }

    public static SubTimers? CreateIfNeeded(NatsSubOpts? opts, Action<NatsSubEndReason> end)
    {
        var idle = opts?.IdleTimeout ?? TimeSpan.Zero;
        var startUp = opts?.StartUpTimeout ?? TimeSpan.Zero;
        var whole = opts?.Timeout ?? TimeSpan.Zero;
        return idle == TimeSpan.Zero && startUp == TimeSpan.Zero && whole == TimeSpan.Zero ? null : new SubTimers(idle, startUp, whole, end);
    }

    public void Start()
    {
        // With a time for the first message, idle is what comes after it.
        if (_startUpTimer is null)
            _idleTimer?.Change(_idle, Timeout.InfiniteTimeSpan);
        _startUpTimer?.Change(_startUp, Timeout.InfiniteTimeSpan);
        _wholeTimer?.Change(_whole, Timeout.InfiniteTimeSpan);
    }

    public void OnMessage()
    {
        _idleTimer?.Change(_idle, Timeout.InfiniteTimeSpan);
        if (_startUpTimer is not null)
            Interlocked.Exchange(ref _startUpTimer, null)?.Dispose();
    }

    public void Stop()
    {
        _idleTimer?.Change(Timeout.Infinite, Timeout.Infinite);
        _startUpTimer?.Change(Timeout.Infinite, Timeout.Infinite);
        _wholeTimer?.Change(Timeout.Infinite, Timeout.Infinite);
    }

    public void Dispose()
    {
        _idleTimer?.Dispose();
        _startUpTimer?.Dispose();
        _wholeTimer?.Dispose();
    }

    private static Timer? Create(TimeSpan after, NatsSubEndReason reason, Action<NatsSubEndReason> end) =>
        after == TimeSpan.Zero ? null : new Timer(_ => end(reason), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
