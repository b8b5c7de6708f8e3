using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Pulls;

/// <summary>Takes messages from a consumer until asked to stop, and finds it again when it or its stream was gone.</summary>
public sealed partial class FramePull(PullTarget target, OrphanWatch orphans, ILogger<FramePull> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Why no messages come, for an operator to read; null when all is well.</summary>
    public string? Trouble { get; private set; } = $"{target.Name} has not been reached yet.";

    /// <summary>Whether another process has the consumer for itself.</summary>
    public bool StandsBy { get; private set; }

    /// <summary>Pulls until asked to stop; after that no message comes.</summary>
    /// <param name="abandon">Cancels the last pulls as well: without NATS they would wait for it.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var persistently = Persistently.Retry(FirstPause, LongestPause, on: _ => true, waits: (trouble, _) => Report(trouble));
        try
        {
            while (true)
            {
                if (await persistently.ExecuteAsync(ReachAsync, stop) is { } consumer)
                    await PullAsync(consumer, stop, abandon);
                await Task.Delay(FirstPause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Trouble = "It is stopping.";
        }
    }

    private async ValueTask<INatsJSConsumer?> ReachAsync(CancellationToken stop)
    {
        var consumer = await target.ReachAsync(stop);
        if (consumer is null && !StandsBy)
            Standing(target.Name);
        if (consumer is not null && (StandsBy || Trouble is not null))
            Reached(target.Name, consumer.Info.Name, consumer.Info.NumPending);
        (StandsBy, Trouble) = (consumer is null, null);
        return consumer;
    }

    /// <summary>Ends when asked to stop, or when the stream or its consumer may be gone.</summary>
    private async Task PullAsync(INatsJSConsumer consumer, CancellationToken stop, CancellationToken abandon)
    {
        using var pulling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = orphans.WatchAsync(consumer, target, pulling.Token);
        try
        {
            await StandingPull.RunAsync<NatsMemoryOwner<byte>>(
                consumer, target.Bytes, target.WhenWelcomeAsync, target.TakeAsync, stop, abandon);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Report(e);
        }
        finally
        {
            await pulling.CancelAsync();
            await watching;
        }
    }

    private void Report(Exception e)
    {
        var reason = e is NatsException ? e.GetBaseException().Message : e.ToString();
        if (Trouble is null)
            Lost(target.Name, reason);
        Trouble = $"{target.Name} cannot be read: {reason}";
    }

    [LoggerMessage(3101, LogLevel.Information, "Pulling from {Name} as {Consumer}; {Pending} frames are waiting")]
    private partial void Reached(string name, string consumer, ulong pending);

    [LoggerMessage(3102, LogLevel.Warning, "{Name} cannot be read: {Reason}. Retrying; frames in hand are processed meanwhile")]
    private partial void Lost(string name, string reason);

    [LoggerMessage(3103, LogLevel.Information,
        "Another process has {Name} for itself. This one stands by and takes over when that one is gone")]
    private partial void Standing(string name);
}
