using System.Threading.Channels;

namespace NATS.Client.JetStream.Consuming;

/// <summary>
/// Hands notifications to the caller's handler one after another, off the receive path. Should the handler fall far
/// behind, the oldest ones are dropped; should it throw, the pull ends with what it threw.
/// </summary>
internal sealed class Notifier : IAsyncDisposable
{
    private readonly Channel<INatsJSNotification> _pending = Channel.CreateBounded<INatsJSNotification>(
        new BoundedChannelOptions(128) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _pump;

    public Notifier(Func<INatsJSNotification, CancellationToken, Task> handler, Action<Exception> onFailure) =>
        _pump = Task.Run(() => PumpAsync(handler, onFailure));

    public void Notify(INatsJSNotification notification) => _pending.Writer.TryWrite(notification);

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task PumpAsync(Func<INatsJSNotification, CancellationToken, Task> handler, Action<Exception> onFailure)
    {
        try
        {
            await foreach (var notification in _pending.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                await handler(notification, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (Exception e)
        {
            onFailure(e);
        }
    }
}
