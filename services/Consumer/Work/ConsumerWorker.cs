using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Storing;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Pulls;

namespace RideIngest.Consumer.Work;

/// <summary>Runs the pull, several batches at a time, and the progress reports for frames in hand.</summary>
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
    /// Stops pulling, then settles the frames in hand, so that nothing is delivered again. While Postgres or NATS is unavailable, it does
    /// not wait for them.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        var rest = Task.WhenAll(_pulling, _working);
        if (!await departure.FinishedAsync(rest, cancellationToken))
        {
            // Not awaited: to cancel a command, Npgsql sends a request to Postgres, which may not respond.
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
