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
    private const int NotInFrame = -1;

    private readonly List<Entry> _entries = [];

    public UploadFrame Frame { get; } = new(kind, trace);

    public int Count => _entries.Count;

    public void Add(in Uploaded uploaded)
    {
        if (uploaded.Reading.Record is Record<long> record)
        {
            _entries.Add(new Entry(uploaded.Index, record.Id, Frame.Count, null));
            Frame.Add(record);
            return;
        }
        _entries.Add(new Entry(uploaded.Index, uploaded.Reading.Id.Number, NotInFrame, Invalid.Line(uploaded), Invalid.Late(uploaded)));
    }

    /// <summary>Adds a record that is not taken, whether valid or not.</summary>
    public void Refuse(in Uploaded uploaded, Problem refusal) => _entries.Add(
        new Entry(uploaded.Index, uploaded.Reading.Id.Number, NotInFrame, Invalid.Line(uploaded, refusal.Line), refusal, Status.Failed));

    /// <summary>The outcome of each record, once the frame is settled.</summary>
    public IEnumerable<UploadResult> Results(FrameSettled settled)
    {
        var refused = settled.Refusal is null ? null : Refusals.Of(settled.Refusal);
        foreach (var (index, id, at, error, problem, status) in _entries)
        {
            if (at == NotInFrame)
                yield return new UploadResult(index, id, status, status == Status.Failed ? problem?.Type : null, error, Refusal: problem);
            else if (refused is { } refusal)
                yield return new UploadResult(index, id, Status.Failed, refusal.Type, refusal.Line, Refusal: refusal);
            else
                yield return Of(index, settled.Outcomes![at], Frame.Records[at], settled.Sequence);
        }
    }

    private UploadResult Of(long index, Outcome outcome, Record<long> record, ulong sequence)
    {
        var receipt = outcome.Status == Status.Accepted ? new Receipt(kind.Name, record.Id, kind.Digest(record), sequence) : null;
        return new UploadResult(index, record.Id, outcome.Status, outcome.Code, outcome.Message, receipt);
    }

    /// <param name="Error">Why the record is not in the frame.</param>
    /// <param name="Problem">Set if the upload could not be read further.</param>
    private readonly record struct Entry(
        long Index, long? Id, int InFrame, string? Error, Problem? Problem = null, Status Status = Status.Invalid);
}
