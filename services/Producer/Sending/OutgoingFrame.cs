using System.Diagnostics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Records of one kind that travel as one message. It is told what becomes of it, by whoever knows first; the first settling word counts,
/// and what comes after it is passed over.
/// </summary>
internal abstract class OutgoingFrame(Kind kind)
{
    private readonly List<Record> _records = [];

    public Kind Kind => kind;

    /// <summary>By which the reply finds it; given when it leaves.</summary>
    public long Number { get; set; }

    public FramePayload Payload { get; } = new();

    public IReadOnlyList<Record> Records => _records;

    public int Count => _records.Count;

    public abstract bool IsSettled { get; }

    /// <summary>The records' traces, in their order; one stands for all, where they share it.</summary>
    public abstract IReadOnlyList<ActivityContext> Traces { get; }

    /// <summary>It leaves, in a recorded span of one of its requests: those of the others point there.</summary>
    public virtual void LeavesIn(Activity span)
    {
    }

    /// <summary>
    /// The stream has it. Those who do not want to wait for more are answered now; all of them, if nobody is there to store it.
    /// </summary>
    public abstract void Published(ulong sequence, bool storing);

    /// <summary>The consumer's word, which settles every record.</summary>
    public abstract void Replied(FrameReply reply);

    /// <summary>Outcomes by record, from a store of our own.</summary>
    public abstract void Stored(Outcome[] outcomes);

    /// <summary>No record of it was kept, or nobody knows: the refusal says which.</summary>
    public abstract void Refused(Refusal refusal);

    /// <summary>Time has passed: those whose time is up are answered, if the stream has the frame.</summary>
    public abstract void Sweep(long now, bool storing);

    public Incoming[] ToIncoming()
    {
        var incoming = new Incoming[Count];
        for (var i = 0; i < incoming.Length; i++)
            incoming[i] = new Incoming(_records[i], Traces[Math.Min(i, Traces.Count - 1)].TraceId);
        return incoming;
    }

    /// <summary>
    /// Whether the reply tells of each record. Of those that a truncated one leaves out nobody could say that they are stored; their
    /// receipts will.
    /// </summary>
    protected bool Answers(FrameReply reply) => reply.Received == Count && !reply.Truncated;

    protected void Append(Record record)
    {
        if (_records.Count == 0)
            FrameLines.Begin(kind, Payload);
        FrameLines.Append(kind, record, Payload);
        _records.Add(record);
    }
}
