using System.Diagnostics;
using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Casino.Stream;

/// <summary>
/// Takes a lane's frames from the stream, and the next ones while those are in work. A pull is never broken off: it ends by itself, within a second when
/// nothing comes, so that the server sends no frame to somebody who has left.
/// </summary>
internal sealed partial class FramePull(NatsConnection connection, Lane lane, Func<CancellationToken, Task<INatsJSConsumer?>> reach, ILogger logger)
{
    private const int MostInHand = 64;
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(MostInHand);

    public ChannelReader<Frame> Frames => _frames.Reader;

    /// <summary>Why no frames come, for an operator to read; null when all is well.</summary>
    public string? Trouble { get; private set; } = "The stream has not been reached yet";

    /// <summary>Whether another process has the lane for itself.</summary>
    public bool StandsBy { get; private set; }

    /// <summary>Pulls until asked to stop; then the frames in hand are the last.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        INatsJSConsumer? consumer = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                consumer ??= await ReachAsync(stop);
                if (consumer is not null && await PullAsync(consumer)) continue;
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
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _frames.Writer.Complete();
    }

    private async Task<INatsJSConsumer?> ReachAsync(CancellationToken stop)
    {
        var consumer = await reach(stop);
        if (consumer is null && !StandsBy) Stands(lane.Subject);
        if (consumer is not null && (StandsBy || Trouble is not null)) Reached(lane.Subject, consumer.Info.Name, consumer.Info.NumPending);
        (StandsBy, Trouble) = (consumer is null, null);
        return consumer;
    }

    /// <returns>False when the pull ended before its time with nothing: the stream or its consumer may be gone.</returns>
    private async Task<bool> PullAsync(INatsJSConsumer consumer)
    {
        var since = Stopwatch.GetTimestamp();
        var came = false;

        // A frame that is larger than what a pull asks for would never come.
        var bytes = (connection.ServerInfo?.MaxPayload ?? 1 << 20) + 64 * 1024;
        var pull = new NatsJSFetchOpts { MaxBytes = bytes, Expires = Expires, IdleHeartbeat = TimeSpan.Zero };
        await foreach (var message in consumer.FetchAsync<NatsMemoryOwner<byte>>(pull))
        {
            came = true;
            await _frames.Writer.WriteAsync(Decode(message), CancellationToken.None);
        }
        return came || Stopwatch.GetElapsedTime(since) >= Expires / 2;
    }

    private Frame Decode(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        using var payload = message.Data;
        var metadata = message.Metadata ?? throw new InvalidOperationException($"A message on {message.Subject} came from no stream.");
        var at = metadata.Sequence.Stream;
        if (message.Error is not null) NoEvent(at, lane.Subject, message.Error.Message);
        var events = message.Error is null ? EventLines.Read(payload.Span, wrong => NoEvent(at, lane.Subject, wrong)) : [];
        return new Frame(message, metadata, events);
    }

    private void Report(Exception e)
    {
        var reason = e is NatsException ? e.GetBaseException().Message : e.ToString();
        if (Trouble is null) Lost(lane.Subject, reason);
        Trouble = $"{lane.Subject} cannot be read: {reason}";
    }

    [LoggerMessage(6101, LogLevel.Information, "Takes events from {Subject} as {Consumer}: {Pending} frames are waiting")]
    private partial void Reached(string subject, string consumer, ulong pending);

    [LoggerMessage(6102, LogLevel.Warning, "{Subject} cannot be read: {Reason}. Trying again until it can")]
    private partial void Lost(string subject, string reason);

    [LoggerMessage(6104, LogLevel.Information, "Another process has {Subject} for itself. This one stands by, and takes over when that one is gone")]
    private partial void Stands(string subject);

    [LoggerMessage(6103, LogLevel.Error, "Message {Sequence} on {Subject} has a line that is no event, and that somebody else must have published; the line is left out: {Reason}")]
    private partial void NoEvent(ulong sequence, string subject, string reason);
}
