using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Pulls;

/// <summary>Pulls messages from a consumer until stopped, and recovers when the consumer or its stream is lost.</summary>
public sealed partial class FramePull(PullTarget target, INatsConnection nats, OrphanWatch orphans, ILogger<FramePull> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The reason why no messages arrive, for operators; null when all is well.</summary>
    public string? Trouble { get; private set; } = $"{target.Name} has not been reached yet";

    /// <summary>Whether another process uses the consumer exclusively.</summary>
    public bool StandsBy { get; private set; }

    /// <summary>Pulls until stopped. No message arrives after that.</summary>
    /// <param name="abandon">Also cancels the last pulls, which would wait for NATS while it is unavailable.</param>
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
            Trouble = "It is stopping";
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

    /// <summary>Completes when stopped, or when the stream or its consumer may be lost.</summary>
    private async Task PullAsync(INatsJSConsumer consumer, CancellationToken stop, CancellationToken abandon)
    {
        using var pulling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = orphans.WatchAsync(consumer, target, pulling.Token);
        try
        {
            await StandingPull.RunAsync<NatsMemoryOwner<byte>>(
                nats, consumer, target.Bytes, target.WhenWelcomeAsync, target.TakeAsync, target.InOrder, stop, abandon);
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
        "Another process uses {Name} exclusively. This one stands by and takes over when the other process is gone")]
    private partial void Standing(string name);
}
