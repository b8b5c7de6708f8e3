using System.Diagnostics;
using RideIngest.Consumer.Frames;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Keeps frames whole, as dead letters with all their bytes: those of which no record can be read, and those that always fail.
/// </summary>
internal sealed partial class WholeFrames(DeadLetterBox box, Settlement settlement, ILogger<WholeFrames> logger)
{
    // In an index, which takes no more than some thousand bytes; a subject may be longer.
    private const int LongestKind = 200;

    public async Task KeepAsync(IReadOnlyList<RecordFrame> frames, CancellationToken cancellationToken)
    {
        await box.KeepAsync([.. frames.Select(Letter)], frames[0].Kind, cancellationToken);
        foreach (var frame in frames)
        {
            Kept(frame.Sequence, frame.Subject, frame.Payload.Length, frame.Whole!.Value.Message);
            await settlement.SettleAsync(frame, [.. frame.Lines.Select((line, index) => Failed(frame, line, index))]);
        }
    }

    private static DeadLetter Letter(RecordFrame frame) => new(
        Short(frame.KindName),
        null,
        DeadLetter.DigestOf(frame.Payload.Span),
        frame.Whole!.Value.Code,
        frame.Whole.Value.Message,
        FrameLines.AsObjects(frame.Payload),
        frame.Trace.TraceId == default ? null : frame.Trace.TraceId.ToString(),
        frame.Deliveries);

    // No half of a pair of surrogates, which nothing can write.
    private static string Short(string kind) =>
        kind.Length <= LongestKind ? kind : kind[..(char.IsHighSurrogate(kind[LongestKind - 1]) ? LongestKind - 1 : LongestKind)];

    private static ReplyOutcome Failed(RecordFrame frame, FrameLine line, int index) =>
        new(index, line.Reading.Id, new Outcome(Status.Failed, frame.Whole!.Value.Code, frame.Whole.Value.Message));

    [LoggerMessage(4501, LogLevel.Warning,
        "Frame {Sequence} on {Subject} ({Bytes} bytes) is kept whole in ops.dead_letters and settled: {Reason}")]
    private partial void Kept(ulong sequence, string subject, int bytes, string reason);
}
