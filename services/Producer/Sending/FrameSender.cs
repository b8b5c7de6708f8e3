using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Sends a frame through the stream or, if that is unavailable, directly to Postgres, and reports the result to the frame.
/// </summary>
internal sealed partial class FrameSender(
    FramePublisher publisher, DirectStore direct, PendingReplies replies, ConsumerNews news, ILogger<FrameSender> logger)
{
    private long _storedAround;
    private int _around;

    /// <summary>Sends a frame. Never throws; completes when the stream has the frame or it is settled.</summary>
    public async Task SendAsync(OutgoingFrame frame)
    {
        // The frame is sent on the thread of its last request, but is not part of that request.
        Activity.Current = null;
        using var span = Span(frame);
        try
        {
            replies.Add(frame);
            ProducerTelemetry.FrameSize.Record(frame.Count, ProducerTelemetry.KindTag(frame.Kind));
            var published = await publisher.PublishAsync(frame);
            if (published.End == PublishEnd.Taken)
            {
                if (Volatile.Read(ref _around) != 0 && Interlocked.Exchange(ref _around, 0) != 0)
                    PublishesAgain(Interlocked.Exchange(ref _storedAround, 0));
                direct.Keeps();
                frame.Published(published.Sequence, news.Storing);
            }
            else if (published.End == PublishEnd.Refused)
                frame.Refused(new Refusal(RefusalReason.StreamFull, news.RetryAfter, published.Reason));
            else if (!frame.IsSettled)
                await GoAroundAsync(frame, published);
        }
        catch (Exception unexpected)
        {
            Lost(unexpected, frame.Count, frame.Kind.Name);
            frame.Refused(new Refusal(RefusalReason.OutcomeUnknown, news.RetryAfter));
        }
        finally
        {
            frame.Payload.Release();
        }
    }

    private async Task GoAroundAsync(OutgoingFrame frame, Published published)
    {
        var stored = await direct.StoreAsync(frame);
        if (stored.Outcomes is { } outcomes)
        {
            if (Interlocked.Exchange(ref _around, 1) == 0)
                StoresDirectly(published.Reason);
            Interlocked.Add(ref _storedAround, outcomes.Length);
            direct.Keeps();
            ProducerTelemetry.StoredDirectly.Add(
                outcomes.Count(outcome => outcome.Status == Status.Stored), ProducerTelemetry.KindTag(frame.Kind));
            frame.Stored(outcomes);
        }
        else if (published.End == PublishEnd.Unknown || stored.MayBeStored)
            frame.Refused(new Refusal(RefusalReason.OutcomeUnknown, news.RetryAfter));
        else
            frame.Refused(new Refusal(RefusalReason.Unavailable, news.RetryAfter));
    }

    /// <summary>Starts the frame's span in the first recorded trace of its requests; the others are linked.</summary>
    private static Activity? Span(OutgoingFrame frame)
    {
        var owner = Owner(frame.Traces);
        var span = RideIngestTelemetry.Source.StartActivity("publish", ActivityKind.Producer, owner);
        if (span is not { IsAllDataRequested: true })
            return span;
        span.SetTag("messaging.system", "nats");
        span.SetTag("messaging.destination.name", RidesStream.Subject(frame.Kind.Name));
        span.SetTag("messaging.batch.message_count", frame.Count);
        foreach (var trace in frame.Traces)
        {
            if (trace.TraceId != owner.TraceId && trace != default)
                span.AddLink(new ActivityLink(trace));
        }
        frame.LeavesIn(span);
        return span;
    }

    private static ActivityContext Owner(IReadOnlyList<ActivityContext> traces)
    {
        for (var i = 0; i < traces.Count; i++)
        {
            if (traces[i].TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
                return traces[i];
        }
        return traces.Count > 0 ? traces[0] : default;
    }

    [LoggerMessage(2005, LogLevel.Warning, "Storing records directly in Postgres, because the stream is unavailable: {Reason}")]
    private partial void StoresDirectly(string? reason);

    [LoggerMessage(2006, LogLevel.Information, "Publishing to the stream again, after {Records} records were stored directly")]
    private partial void PublishesAgain(long records);

    [LoggerMessage(2004, LogLevel.Error,
        "A frame of {Count} {Kind} failed with an unexpected exception; senders get the answer that the outcome is unknown")]
    private partial void Lost(Exception exception, int count, string kind);
}
