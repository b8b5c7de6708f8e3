using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Storing;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Pulls;

namespace RideIngest.Consumer.Work;

/// <summary>Runs the parts: one pull, several batches at a time, and the word to the server that frames are in progress.</summary>
internal sealed class ConsumerWorker(
    FramePull pull, FrameQueue queue, BatchWork work, FramesInHand inHand, Departure departure, ConsumerSettings settings)
        : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationTokenSource _settled = new();
    private Task _pulling = Task.CompletedTask;
    private Task _working = Task.CompletedTask;
    private Task _reporting = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _pulling = Task.Run(PullAsync, CancellationToken.None);
        _working = Task.WhenAll(
            Enumerable.Range(0, settings.ParallelBatches).Select(
                _ => Task.Run(() => work.RunAsync(_abandon.Token), CancellationToken.None)));
        _reporting = Task.Run(() => inHand.ReportAsync(_settled.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Pulls no more, finishes what is in hand with replies and acks, and leaves nothing to be delivered again. While Postgres or NATS is
    /// away that cannot be done, and is not waited for.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        var rest = Task.WhenAll(_pulling, _working);
        if (!await departure.FinishedAsync(rest, cancellationToken))
        {
            // Not awaited: a command that is cancelled asks Postgres to cancel it, and that may not listen.
            _ = _abandon.CancelAsync();
            await Departure.AbandonedAsync(rest);
        }
        await _settled.CancelAsync();
        await _reporting;
        await departure.LeaveAsync();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _abandon.Dispose();
        _settled.Dispose();
    }

    private async Task PullAsync()
    {
        await pull.RunAsync(_stop.Token, _abandon.Token);
        queue.Complete();
    }
}
