using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace NATS.Client.Core;

/// <summary>Calls event handlers one after another, in the order of what happened, away from the loops that raise them.</summary>
internal sealed class EventPump
{
    // A flood of dropped messages or server errors must not become a flood of events in memory.
    private const int MostWaiting = 16384;

    private readonly Channel<(string Name, Func<ValueTask> Call)> _events =
        Channel.CreateUnbounded<(string Name, Func<ValueTask> Call)>();

    private readonly ILogger _logger;
    private readonly Task _running;

    public EventPump(ILogger logger)
    {
        _logger = logger;
        _running = RunAsync();
    }

    public bool IsFull => _events.Reader.Count >= MostWaiting;

    public void Raise<TArgs>(string name, AsyncEventHandler<TArgs>? handlers, object sender, TArgs args)
        where TArgs : EventArgs
    {
        if (handlers is null || IsFull)
            return;
        foreach (var handler in handlers.GetInvocationList().Cast<AsyncEventHandler<TArgs>>())
            _events.Writer.TryWrite((name, () => handler(sender, args)));
    }

    /// <summary>What has been raised is still delivered, within the time given.</summary>
    public async Task CompleteAsync(TimeSpan limit)
    {
        _events.Writer.TryComplete();
        await Task.WhenAny(_running, Task.Delay(limit)).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await foreach (var (name, call) in _events.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await call().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                NatsLog.HandlerFailed(_logger, e, name);
            }
        }
    }
}
