using System.Diagnostics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Sending;

/// <summary>The result of an upload's frame.</summary>
/// <param name="Outcomes">The outcome of each record; null if the frame was refused.</param>
internal sealed record FrameSettled(Outcome[]? Outcomes, ulong Sequence = 0, Refusal? Refusal = null);

/// <summary>A frame with records of one upload, which waits for all of them together.</summary>
internal sealed class UploadFrame(Kind kind, ActivityContext trace) : OutgoingFrame(kind)
{
    private readonly TaskCompletionSource<FrameSettled> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActivityContext[] _traces = [trace];
    private ulong _sequence;

    public Task<FrameSettled> Settled => _settled.Task;

    /// <summary>The time to answer as for a single record; set when the frame is sent.</summary>
    public long Deadline { get; set; }

    public override bool IsSettled => _settled.Task.IsCompleted;

    public override IReadOnlyList<ActivityContext> Traces => _traces;

    /// <summary>Adds a record. Allowed only before the frame is sent.</summary>
    public void Add(Record<long> record) => Append(record);

    public override void Published(ulong sequence, bool storing)
    {
        Volatile.Write(ref _sequence, sequence);
        Sweep(Environment.TickCount64, storing);
    }

    public override IReadOnlyList<Record<long>> Replied(FrameReply reply)
    {
        if (!Answers(reply))
            return [];

        // The sender wants only to know that the stream has the frame.
        if (Deadline == 0)
        {
            Published(reply.Sequence, storing: true);
            return [];
        }

        // Outcomes default to Stored.
        var outcomes = new Outcome[Count];
        foreach (var exception in reply.Exceptions)
        {
            if ((uint)exception.Index < (uint)outcomes.Length)
                outcomes[exception.Index] = exception.Outcome;
        }
        return _settled.TrySetResult(new FrameSettled(outcomes, reply.Sequence)) ? RefusedBy(reply, _ => true) : [];
    }

    public override void Stored(Outcome[] outcomes) => _settled.TrySetResult(new FrameSettled(outcomes));

    public override void Refused(Refusal refusal) => _settled.TrySetResult(new FrameSettled(null, 0, refusal));

    public override void Sweep(long now, bool storing)
    {
        var sequence = Volatile.Read(ref _sequence);
        if (sequence == 0 || IsSettled || (storing && now < Deadline))
            return;
        var outcomes = new Outcome[Count];
        Array.Fill(outcomes, new Outcome(Status.Accepted));
        _settled.TrySetResult(new FrameSettled(outcomes, sequence));
    }
}
