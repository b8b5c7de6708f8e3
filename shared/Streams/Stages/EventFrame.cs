using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Frames;

namespace RideIngest.Streams.Stages;

/// <summary>A frame of events that a stage has in hand.</summary>
internal sealed class EventFrame<TEvent> : Frame
{
    // The year 3000.
    private const long LatestRetry = 32_503_680_000_000;

    /// <param name="raw">The payload of a message that the client cannot read.</param>
    public EventFrame(INatsJSMsg<NatsMemoryOwner<byte>> message, EventFormat<TEvent> format, ReadOnlyMemory<byte>? raw)
        : base(message)
    {
        Trace = FrameTraces.Parse(Header(FrameHeaders.TraceParent));
        if (message.Error is { } error)
            Unreadable.Add(new(raw ?? default, null, $"The message could not be read: {error.Message}"));
        else
            Read(format);
        Traces = Trace == default && Header(FrameHeaders.Traces) is null
            ? []
            : FrameTraces.Read(Header(FrameHeaders.Traces), Trace, Events.Count);
    }

    public List<TEvent> Events { get; } = [];

    /// <summary>Lines that are not events, with the reason.</summary>
    public List<UnreadableLine> Unreadable { get; } = [];

    /// <summary>The trace in which the frame was published.</summary>
    public ActivityContext Trace { get; }

    /// <summary>
    /// The number of attempts to process its events in all processes and frames, including this one. The first delivery of a frame with a
    /// time to retry at is no attempt, because the frame is returned until then.
    /// </summary>
    public int Attempts => Deliveries + (int)Math.Min(Number(FrameHeaders.Attempts), 1_000_000) - (RetryAt is null ? 0 : 1);

    /// <summary>The time before which its event is not to be processed; null for none.</summary>
    public DateTimeOffset? RetryAt =>
        Number(FrameHeaders.RetryAt) is > 0 and < LatestRetry and var time ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;

    /// <summary>Whether any event may have a trace.</summary>
    public bool IsTraced => Traces.Length > 0;

    private ActivityContext[] Traces { get; }

    /// <summary>The trace of an event; the default if it is not traced.</summary>
    public ActivityContext TraceOf(int index) => index < Traces.Length ? Traces[index] : default;

    /// <summary>The trace of an event for what is made of it: continues the stage's span if that is in the same trace.</summary>
    public ActivityContext ContinuedTraceOf(int index) =>
        Activity.Current is { } span && span.TraceId == TraceOf(index).TraceId ? span.Context : TraceOf(index);

    private long Number(string header) =>
        long.TryParse(Header(header), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private void Read(EventFormat<TEvent> format)
    {
        var payload = Payload;
        foreach (var range in payload.Span.Split((byte)'\n'))
        {
            var line = payload[range];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            try
            {
                Events.Add(format.Read(line.Span));
            }
            catch (JsonException e)
            {
                // Copied, because the frame's memory returns to its pool.
                Unreadable.Add(UnreadableLine.Of(line.ToArray(), e));
            }
        }
    }
}
