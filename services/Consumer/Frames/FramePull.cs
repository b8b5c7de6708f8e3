using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Consumer.Storing;
using RideIngest.Spine;

namespace RideIngest.Consumer.Frames;

/// <summary>
/// Takes frames from the stream, and the next ones while those are being stored. A pull is not broken off: it ends by itself, within a second when
/// nothing comes, so that the server sends no frame to somebody who has left.
/// </summary>
internal sealed partial class FramePull(
    NatsConnection connection, SpineSettings spine, ConsumerSettings settings, FrameIntake intake, ILogger<FramePull> logger)
{
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Why no frames come, for an operator to read; null when all is well.</summary>
    public string? Trouble { get; private set; } = $"The stream {spine.Stream} has not been reached yet.";

    /// <summary>Pulls until asked to stop; then no frame comes any more.</summary>
    /// <param name="abandon">Breaks the last pull off all the same: without NATS it would wait for it.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        INatsJSConsumer? consumer = null;
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                consumer ??= await ReachAsync(stop);
                await intake.ReadyAsync(stop);
                if (await PullAsync(consumer, abandon))
                {
                    pause = FirstPause;
                    continue;
                }
                consumer = null;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                consumer = null;
                Report(e);
            }
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
        Trouble = "It is stopping.";
    }

    private async Task<INatsJSConsumer> ReachAsync(CancellationToken stop)
    {
        var consumer = await RidesStream.EnsureAsync(new NatsJSContext(connection), spine, stop);
        intake.AckWait = consumer.Info.Config.AckWait;
        if (Trouble is not null) Reached(spine.Stream, consumer.Info.Name, consumer.Info.NumPending);
        Trouble = null;
        return consumer;
    }

    /// <returns>False when the pull ended before its time with nothing: the stream or its consumer may be gone.</returns>
    private async Task<bool> PullAsync(INatsJSConsumer consumer, CancellationToken abandon)
    {
        var since = Stopwatch.GetTimestamp();
        var came = false;

        // A frame that is larger than what a pull asks for would never come.
        var bytes = Math.Max(settings.PullBytes, (connection.ServerInfo?.MaxPayload ?? 0) + 64 * 1024);
        var pull = new NatsJSFetchOpts { MaxBytes = (int)bytes, Expires = Expires, IdleHeartbeat = TimeSpan.Zero };
        await foreach (var message in consumer.FetchAsync<NatsMemoryOwner<byte>>(pull, cancellationToken: abandon))
        {
            came = true;
            await intake.AddAsync(message);
        }
        return came || Stopwatch.GetElapsedTime(since) >= Expires / 2;
    }

    private void Report(Exception e)
    {
        var reason = e is NatsException ? e.GetBaseException().Message : e.ToString();
        if (Trouble is null) Lost(spine.Stream, reason);
        Trouble = $"The stream {spine.Stream} cannot be read: {reason}";
    }

    [LoggerMessage(4101, LogLevel.Information, "Takes frames from stream {Stream} as {Consumer}: {Pending} are waiting")]
    private partial void Reached(string stream, string consumer, ulong pending);

    [LoggerMessage(4102, LogLevel.Warning, "Stream {Stream} cannot be read: {Reason}. Trying again until it can; frames in hand are stored meanwhile")]
    private partial void Lost(string stream, string reason);
}
