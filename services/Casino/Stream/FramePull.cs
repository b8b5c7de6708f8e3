using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Pulls;

namespace RideIngest.Casino.Stream;

/// <summary>Takes a lane's frames from the stream, and the next ones while those are in work.</summary>
internal sealed partial class FramePull(
    Lane lane, Func<CancellationToken, Task<INatsJSConsumer?>> reach, OrphanedFrames orphans, ILogger logger)
{
    private const int MostInHand = 64;
    private const long PullBytes = 4 << 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Frame> _frames = Channel.CreateBounded<Frame>(MostInHand);

    public ChannelReader<Frame> Frames => _frames.Reader;

    /// <summary>Why no frames come, for an operator to read; null when all is well.</summary>
    public string? Trouble { get; private set; } = "The stream has not been reached yet";

    /// <summary>Whether another process has the lane for itself.</summary>
    public bool StandsBy { get; private set; }

    /// <summary>Pulls until asked to stop; then the frames in hand are the last.</summary>
    /// <param name="abandon">Breaks the last pulls off all the same: without NATS they would wait for it.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var persistently = Persistently.Retry(
            Pause, Pause, on: _ => !abandon.IsCancellationRequested, waits: (trouble, _) => Report(trouble));
        try
        {
            while (true)
            {
                await persistently.ExecuteAsync(TakeAsync, stop);
                await Task.Delay(Pause, stop);
            }
        }
        catch (Exception e) when (abandon.IsCancellationRequested || (e is OperationCanceledException && stop.IsCancellationRequested))
        {
            // The process ends.
        }
        finally
        {
            _frames.Writer.Complete();
        }

        async ValueTask TakeAsync(CancellationToken token)
        {
            if (await ReachAsync(token) is { } consumer)
                await PullAsync(consumer, token, abandon);
        }
    }

    private async Task<INatsJSConsumer?> ReachAsync(CancellationToken stop)
    {
        var consumer = await reach(stop);
        if (consumer is null && !StandsBy)
            Stands(lane.Subject);
        if (consumer is not null && (StandsBy || Trouble is not null))
            Reached(lane.Subject, consumer.Info.Name, consumer.Info.NumPending);
        (StandsBy, Trouble) = (consumer is null, null);
        return consumer;
    }

    /// <summary>Ends when asked to stop, or when the stream or its consumer may be gone.</summary>
    private async Task PullAsync(INatsJSConsumer consumer, CancellationToken stop, CancellationToken abandon)
    {
        using var pulling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var watching = orphans.WatchAsync(lane, consumer.Info.Name, pulling.Token);
        try
        {
            await StandingPull.RunAsync<NatsMemoryOwner<byte>>(consumer, PullBytes, _ => Task.CompletedTask, TakeAsync, stop, abandon);
        }
        finally
        {
            await pulling.CancelAsync();
            await watching;
        }
    }

    private ValueTask TakeAsync(INatsJSMsg<NatsMemoryOwner<byte>> message) => _frames.Writer.WriteAsync(Decode(message));

    private Frame Decode(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        using var payload = message.Data;
        var metadata = message.Metadata ?? throw new InvalidOperationException($"A message on {message.Subject} came from no stream.");
        var at = metadata.Sequence.Stream;
        if (message.Error is not null)
            NoEvent(at, lane.Subject, message.Error.Message);
        var events = message.Error is null ? EventLines.Read(payload.Span, wrong => NoEvent(at, lane.Subject, wrong)) : [];
        return new Frame(message, metadata, events);
    }

    private void Report(Exception e)
    {
        var reason = e is NatsException ? e.GetBaseException().Message : e.ToString();
        if (Trouble is null)
            Lost(lane.Subject, reason);
        Trouble = $"{lane.Subject} cannot be read: {reason}";
    }

    [LoggerMessage(6101, LogLevel.Information, "Takes events from {Subject} as {Consumer}: {Pending} frames are waiting")]
    private partial void Reached(string subject, string consumer, ulong pending);

    [LoggerMessage(6102, LogLevel.Warning, "{Subject} cannot be read: {Reason}. Trying again until it can")]
    private partial void Lost(string subject, string reason);

    [LoggerMessage(6104, LogLevel.Information,
        "Another process has {Subject} for itself. This one stands by, and takes over when that one is gone")]
    private partial void Stands(string subject);

    [LoggerMessage(6103, LogLevel.Error,
        "Message {Sequence} on {Subject} has a line that is no event, and that somebody else must have published; the line is "
        + "left out: {Reason}")]
    private partial void NoEvent(ulong sequence, string subject, string reason);
}
