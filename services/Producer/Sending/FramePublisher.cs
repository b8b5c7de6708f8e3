using NATS.Client.Core;
using Polly;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Retries;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Publishes frames to the stream. An unacknowledged frame is published again with the same id, which the stream stores only once, so
/// retries are safe. After a failure the stream counts as unavailable until it responds again, so that other frames need not wait for a
/// timeout.
/// </summary>
internal sealed partial class FramePublisher(
    StreamPublisher stream, SpineLink link, ReplyInbox inbox, ProducerSettings settings, ILogger<FramePublisher> logger)
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(100);

    private readonly Repeats _failures = new();
    private readonly ResiliencePipeline<bool> _attempts = Attempts.AtMost(settings.PublishAttempts, BetweenAttempts);

    public async ValueTask<Published> PublishAsync(OutgoingFrame frame)
    {
        // A process that has just started does not know whether it needs a way around the stream.
        if (!link.FirstCheck.IsCompleted)
            await link.FirstCheck;
        if (!stream.IsOpen || !link.IsReady)
            return new Published(PublishEnd.Away, Reason: stream.IsOpen ? link.Trouble ?? "it has not answered" : "NATS is away");

        var id = inbox.FrameId(frame.Number);
        var subject = RidesStream.Subject(frame.Kind.Name);
        var last = default(Published);
        await _attempts.ExecuteAsync(async _ =>
        {
            // The frame or the connection may have changed during the pause.
            if (last.Reason is not null && !MayTryAgain(frame))
                return false;
            var published = await TryAsync(frame, subject, id);

            // A refusal does not undo an earlier attempt whose result is unknown.
            if (last.End != PublishEnd.Unknown || published.End == PublishEnd.Taken)
                last = published;
            return published.End is PublishEnd.Away or PublishEnd.Unknown && MayTryAgain(frame);
        });

        // A consumer's reply may arrive before the stream's ack: then the stream has the frame, whatever the attempts returned.
        if (last.End == PublishEnd.Taken || frame.IsSettled)
        {
            if (_failures.End() is > 0 and var frames)
                Publishes(frames);
            return last;
        }
        if (last.End is PublishEnd.Away or PublishEnd.Unknown)
            link.Doubt();
        if (_failures.Next(last.Reason ?? "") is { } repeated)
            NotTaken(id, frame.Count, frame.Kind.Name, last.Reason ?? "", repeated);
        return last;
    }

    private bool MayTryAgain(OutgoingFrame frame) => stream.IsOpen && !frame.IsSettled;

    private ValueTask<Published> TryAsync(OutgoingFrame frame, string subject, string id)
    {
        // NATS.Net makes headers read-only on publish, so each attempt needs new ones.
        var headers = Headers(frame, id);
        FrameBlocks.Fill(frame.Payload, frame.Payload.Length, subject, headers);
        return stream.TryAsync(subject, frame.Payload.Written, headers, settings.PublishTimeout);
    }

    private NatsHeaders Headers(OutgoingFrame frame, string id)
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

    [LoggerMessage(2001, LogLevel.Warning, "Frame {Frame} with {Count} {Kind} was not published: {Reason}{Repeated}")]
    private partial void NotTaken(string frame, int count, string kind, string reason, string repeated);

    [LoggerMessage(2010, LogLevel.Information, "Frames are published again, after {Frames} were not")]
    private partial void Publishes(int frames);
}
