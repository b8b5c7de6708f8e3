using System.Buffers;
using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Telemetry;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Frames;

namespace RideIngest.Consumer.Storing;

/// <summary>Settles a frame: first its reply, then its ack. Everything about the frame is committed by then.</summary>
internal sealed partial class Settlement(NatsConnection connection, FramesInHand inHand, TrailingAcks acks, ILogger<Settlement> logger)
{
    // Room for headers, so that a reply never exceeds the server's limit.
    private const int Reserve = 4096;

    public async Task SettleAsync(RecordFrame frame, IReadOnlyList<ReplyOutcome> exceptions)
    {
        var reply = new FrameReply(frame.Id, frame.Sequence, frame.Lines.Count, exceptions);
        var named = frame.Kind?.Name ?? ConsumerTelemetry.UnknownKind;
        using var span = ConsumerTelemetry.StartReply(frame.Trace);
        ConsumerTelemetry.Describe(span, reply, frame.Lines is [var only] ? only.Reading.Id : default);
        try
        {
            if (frame.ReplyTo is { } subject)
                await connection.PublishAsync(subject, reply, serializer: ReplySerializer.Of(connection));
            await acks.AddAsync(frame);
        }
        catch (Exception e)
        {
            // Any exception, including an invalid reply subject, is only logged: the records are already committed.
            NotSettled(e, frame.Sequence, frame.KindName);
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
        }
        ConsumerTelemetry.Settled(named, reply, DateTimeOffset.UtcNow - frame.Timestamp);
        inHand.Remove(frame);
    }

    /// <summary>Returns the frame to the stream, to be delivered again.</summary>
    public async Task ReturnAsync(Frame frame, TimeSpan delay = default)
    {
        await frame.ReturnAsync(delay);
        inHand.Remove(frame);
    }

    [LoggerMessage(4301, LogLevel.Warning,
        "Frame {Sequence} of {Kind} is stored, but its reply could not be sent. It will be delivered again, and its records will be "
        + "duplicates")]
    private partial void NotSettled(Exception exception, ulong sequence, string kind);

    private sealed class ReplySerializer(int most) : INatsSerialize<FrameReply>
    {
        private static ReplySerializer? _last;

        public static ReplySerializer Of(NatsConnection connection)
        {
            var most = (connection.ServerInfo?.MaxPayload ?? 1 << 20) - Reserve;
            return _last is { } last && last.Most == most ? last : _last = new ReplySerializer(most);
        }

        private int Most => most;

        public void Serialize(IBufferWriter<byte> bufferWriter, FrameReply? value) => value?.Write(bufferWriter, most);
    }
}
