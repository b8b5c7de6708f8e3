using NATS.Client.Core;
using Polly;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Publishes frames to the stream. A frame that was not acknowledged is sent again under the same id, which the stream stores once, so that
/// trying again is always safe. After a failure the stream counts as away until it is seen again, and frames need not find it out one by
/// one.
/// </summary>
internal sealed partial class FramePublisher(
    INatsConnection nats, SpineLink link, ReplyInbox inbox, ProducerSettings settings, ILogger<FramePublisher> logger)
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    // NATS.Net's own timeout begins when the frame is written, and without a connection that waits. Ours covers both.
    private static readonly NatsSubOpts ReplyOpts = new() { Timeout = Timeout.InfiniteTimeSpan, ThrowIfNoResponders = false };

    private readonly ResiliencePipeline<bool> _attempts = Attempts.AtMost(settings.PublishAttempts, BetweenAttempts);

    private bool IsOpen => nats.ConnectionState == NatsConnectionState.Open;

    public async ValueTask<Published> PublishAsync(Frame frame)
    {
        if (!IsOpen || !link.IsReady)
            return new Published(PublishEnd.Away, Reason: "NATS is away");

        var id = inbox.FrameId(frame.Number);
        var subject = RidesStream.Subject(frame.Kind.Name);
        var last = default(Published);
        await _attempts.ExecuteAsync(async _ =>
        {
            // Things may have changed in the pause.
            if (last.Reason is not null && !MayTryAgain(frame))
                return false;
            var published = await TryAsync(frame, subject, id);

            // Once an attempt may have got through, no later refusal can take that back.
            if (last.End != PublishEnd.Unknown || published.End == PublishEnd.Taken)
                last = published;
            return published.End is PublishEnd.Away or PublishEnd.Unknown && MayTryAgain(frame);
        });

        // Or the consumer's reply was quicker than the stream's: it has the frame, whatever became of its acknowledgements.
        if (last.End == PublishEnd.Taken || frame.IsSettled)
            return last;
        if (last.End is PublishEnd.Away or PublishEnd.Unknown)
            link.Doubt();
        NotTaken(id, frame.Count, frame.Kind.Name, last.Reason ?? "");
        return last;
    }

    private bool MayTryAgain(Frame frame) => IsOpen && !frame.IsSettled;

    private async ValueTask<Published> TryAsync(Frame frame, string subject, string id)
    {
        using var limit = new CancellationTokenSource(settings.PublishTimeout);
        try
        {
            // Headers are read-only once published: each attempt has its own.
            var headers = Headers(frame, id);
            FrameBlocks.Fill(frame.Payload, frame.Payload.Length, subject, headers);
            var ack = await nats.RequestAsync(
                subject, frame.Payload.Written, headers, NatsRawSerializer<ReadOnlyMemory<byte>>.Default, PublishAck.Reader,
                replyOpts: ReplyOpts, cancellationToken: limit.Token);
            if (ack.HasNoResponders)
                return new Published(PublishEnd.Away, Reason: "no stream listens");
            if (ack.Error is { } unreadable)
                return new Published(PublishEnd.Unknown, Reason: unreadable.Message);
            return ack.Data switch
            {
                { Sequence: > 0 } taken => new Published(PublishEnd.Taken, taken.Sequence),
                { Error: > 0 } none => new Published(none.IsFull ? PublishEnd.Refused : PublishEnd.Away, Reason: none.Reason),
                _ => new Published(PublishEnd.Unknown, Reason: "the answer is no acknowledgement"),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new Published(PublishEnd.Unknown, Reason: $"no acknowledgement within {Duration.Format(settings.PublishTimeout)}");
        }
        catch (NatsPayloadTooLargeException tooLarge)
        {
            return new Published(PublishEnd.Refused, Reason: tooLarge.Message);
        }
        catch (Exception trouble) when (trouble is NatsException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            return new Published(PublishEnd.Unknown, Reason: trouble.Message);
        }
    }

    private NatsHeaders Headers(Frame frame, string id)
    {
        var headers = new NatsHeaders(6)
        {
            { FrameHeaders.Id, id },
            { FrameHeaders.Reply, inbox.SubjectOf(frame.Number) },
            { FrameHeaders.Count, frame.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        };
        if (System.Diagnostics.Activity.Current is { } current)
            headers.Add(FrameHeaders.TraceParent, FrameTraces.TraceParent(current.Context)!);
        if (frame.Traces.Count > 1)
            headers.Add(FrameHeaders.Traces, FrameTraces.Write(frame.Traces));
        return headers;
    }

    [LoggerMessage(2001, LogLevel.Warning, "Frame {Frame} with {Count} {Kind} did not get into the stream: {Reason}")]
    private partial void NotTaken(string frame, int count, string kind, string reason);
}
