using System.Diagnostics;
using RideIngest.Consumer.Frames;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Keeps whole frames as dead letters with all their bytes: frames without a readable record, and frames that always fail.
/// </summary>
internal sealed partial class WholeFrames(DeadLetterBox box, Settlement settlement, ILogger<WholeFrames> logger)
{
    /// <summary>The code of a frame that always fails with an unexpected exception.</summary>
    public const string Unforeseen = "unforeseen";

    public async Task KeepAsync(IReadOnlyList<RecordFrame> frames, CancellationToken cancellationToken)
    {
        await box.KeepAsync(frames.Select(Letter), cancellationToken);
        foreach (var frame in frames)
        {
            Kept(frame.Sequence, frame.Subject, frame.Payload.Length, frame.Whole!.Value.Message);
            await settlement.SettleAsync(frame, [.. frame.Lines.Select((line, index) => Failed(frame, line, index))]);
        }
    }

    private static DeadLetter Letter(RecordFrame frame)
    {
        var payload = frame.Whole!.Value.Code == RecordFrame.TooManyLines ? frame.Payload : FrameLines.AsObjects(frame.Payload);
        return new DeadLetter
        {
            System = RidesSystem.Name,
            Stage = RidesSystem.StoreStage,
            Subject = frame.Subject,
            Kind = frame.KindName,

            // Without the padding, which differs when the payload is sent again.
            Digest = DeadLetter.DigestOf(payload.Span.TrimEnd((byte)'\n')),
            Class = frame.Whole.Value.Code == Unforeseen ? DeadLetterClass.System : DeadLetterClass.Poison,
            Code = frame.Whole.Value.Code,
            Message = frame.Whole.Value.Message,
            Payload = payload,
            TraceId = frame.Trace.TraceId == default ? null : frame.Trace.TraceId.ToString(),
            Attempts = frame.Deliveries,
        };
    }

    private static ReplyOutcome Failed(RecordFrame frame, FrameLine line, int index) =>
        new(index, line.Reading.Id.Number, new Outcome(Status.Failed, frame.Whole!.Value.Code, frame.Whole.Value.Message));

    [LoggerMessage(4501, LogLevel.Warning,
        "Frame {Sequence} on {Subject} ({Bytes} bytes) was kept whole in ops.dead_letters: {Reason}")]
    private partial void Kept(ulong sequence, string subject, int bytes, string reason);
}
