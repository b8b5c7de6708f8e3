using System.Diagnostics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Sending;

/// <summary>How a frame of an upload ended.</summary>
/// <param name="Outcomes">By record; null when there is a refusal instead.</param>
internal sealed record FrameSettled(Outcome[]? Outcomes, ulong Sequence = 0, Refusal? Refusal = null);

/// <summary>Records of one upload, which waits for them together.</summary>
internal sealed class UploadFrame(Kind kind, ActivityContext trace) : OutgoingFrame(kind)
{
    private readonly TaskCompletionSource<FrameSettled> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ActivityContext[] _traces = [trace];
    private ulong _sequence;

    public Task<FrameSettled> Settled => _settled.Task;

    /// <summary>As a single record's; set when it leaves.</summary>
    public long Deadline { get; set; }

    public override bool IsSettled => _settled.Task.IsCompleted;

    public override IReadOnlyList<ActivityContext> Traces => _traces;

    /// <summary>Only before it leaves.</summary>
    public void Add(Record record) => Append(record);

    public override void Published(ulong sequence, bool storing)
    {
        Volatile.Write(ref _sequence, sequence);
        Sweep(Environment.TickCount64, storing);
    }

    public override void Replied(FrameReply reply)
    {
        if (!Answers(reply))
            return;

        // That the stream has it is all the sender wants to hear then.
        if (Deadline == 0)
        {
            Published(reply.Sequence, storing: true);
            return;
        }

        // What a new outcome says by itself is "stored".
        var outcomes = new Outcome[Count];
        foreach (var exception in reply.Exceptions)
        {
            if ((uint)exception.Index < (uint)outcomes.Length)
                outcomes[exception.Index] = exception.Outcome;
        }
        _settled.TrySetResult(new FrameSettled(outcomes, reply.Sequence));
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
