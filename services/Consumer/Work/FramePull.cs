using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Consumer.Settings;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Pulls;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Work;

/// <summary>Takes frames from the stream, and the next ones while those are being stored.</summary>
internal sealed partial class FramePull(
    NatsConnection connection, SpineSettings spine, ConsumerSettings settings, FrameIntake intake, ILogger<FramePull> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Why no frames come, for an operator to read; null when all is well.</summary>
    public string? Trouble { get; private set; } = $"The stream {spine.Stream} has not been reached yet.";

    /// <summary>Pulls until asked to stop; then no frame comes any more.</summary>
    /// <param name="abandon">Breaks the last pulls off all the same: without NATS they would wait for it.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var persistently = Persistently.Retry(FirstPause, LongestPause, on: _ => true, waits: (trouble, _) => Report(trouble));
        try
        {
            while (true)
            {
                var consumer = await persistently.ExecuteAsync(ReachAsync, stop);
                await PullAsync(consumer, stop, abandon);
                await Task.Delay(FirstPause, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Trouble = "It is stopping.";
        }
    }

    /// <summary>Ends when asked to stop, or when the stream or its consumer may be gone.</summary>
    private async Task PullAsync(INatsJSConsumer consumer, CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            await StandingPull.RunAsync<NatsMemoryOwner<byte>>(
                consumer, settings.PullBytes, intake.ReadyAsync, intake.AddAsync, stop, abandon);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Report(e);
        }
    }

    private async ValueTask<INatsJSConsumer> ReachAsync(CancellationToken stop)
    {
        var consumer = await RidesStream.EnsureAsync(new NatsJSContext(connection), spine, stop);
        intake.AckWait = consumer.Info.Config.AckWait;
        if (Trouble is not null)
            Reached(spine.Stream, consumer.Info.Name, consumer.Info.NumPending);
        Trouble = null;
        return consumer;
    }

    private void Report(Exception e)
    {
        var reason = e is NatsException ? e.GetBaseException().Message : e.ToString();
        if (Trouble is null)
            Lost(spine.Stream, reason);
        Trouble = $"The stream {spine.Stream} cannot be read: {reason}";
    }

    [LoggerMessage(4101, LogLevel.Information, "Takes frames from stream {Stream} as {Consumer}: {Pending} are waiting")]
    private partial void Reached(string stream, string consumer, ulong pending);

    [LoggerMessage(4102, LogLevel.Warning,
        "Stream {Stream} cannot be read: {Reason}. Trying again until it can; frames in hand are stored meanwhile")]
    private partial void Lost(string stream, string reason);
}
