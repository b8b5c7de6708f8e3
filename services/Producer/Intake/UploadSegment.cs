using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Intake;

/// <summary>A part of an upload: valid records, which form a frame, and invalid ones, in their order.</summary>
internal sealed class UploadSegment(Kind kind, ActivityContext trace)
{
    /// <summary>The place of each record in the frame, or the complement of its place in <see cref="_notInFrame"/>.</summary>
    private readonly List<(long Index, int At)> _records = [];

    private readonly List<UploadResult> _notInFrame = [];

    public UploadFrame Frame { get; } = new(kind, trace);

    public int Count => _records.Count;

    public void Add(in Uploaded uploaded)
    {
        if (uploaded.Reading.Record is Record<long> record)
        {
            _records.Add((uploaded.Index, Frame.Count));
            Frame.Add(record);
            return;
        }
        AddOutside(new UploadResult(
            uploaded.Index, uploaded.Reading.Id.Number, Status.Invalid, Invalid.Code(uploaded), Invalid.Line(uploaded),
            Invalid.Field(uploaded), Refusal: Invalid.Late(uploaded)));
    }

    /// <summary>Adds a record that is not taken, whether valid or not.</summary>
    public void Refuse(in Uploaded uploaded, Problem refusal) => AddOutside(new UploadResult(
        uploaded.Index, uploaded.Reading.Id.Number, Status.Failed, refusal.Type, Invalid.Line(uploaded, refusal.Line), Refusal: refusal));

    /// <summary>The outcome of each record, once the frame is settled.</summary>
    public IEnumerable<UploadResult> Results(FrameSettled settled)
    {
        var refused = settled.Refusal is null ? null : Refusals.Of(settled.Refusal);
        foreach (var (index, at) in _records)
        {
            if (at < 0)
                yield return _notInFrame[~at];
            else if (refused is { } refusal)
                yield return new UploadResult(index, Frame.Records[at].Id, Status.Failed, refusal.Type, refusal.Line, Refusal: refusal);
            else
                yield return Of(index, settled.Outcomes![at], Frame.Records[at], settled.Sequence);
        }
    }

    private void AddOutside(in UploadResult result)
    {
        _records.Add((result.Index, ~_notInFrame.Count));
        _notInFrame.Add(result);
    }

    private UploadResult Of(long index, Outcome outcome, Record<long> record, ulong sequence)
    {
        var receipt = outcome.Status == Status.Accepted ? new Receipt(kind.Name, record.Id, kind.Digest(record), sequence) : null;
        return new UploadResult(index, record.Id, outcome.Status, CodeOf(outcome), outcome.Message, Receipt: receipt);
    }

    private static string? CodeOf(Outcome outcome) => outcome.Code ?? outcome.Status switch
    {
        Status.Conflict => "conflict",
        Status.Invalid => "validation",
        Status.Failed => "not-storable",
        _ => null,
    };
}
