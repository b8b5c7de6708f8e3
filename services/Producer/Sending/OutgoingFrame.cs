using System.Diagnostics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;

namespace RideIngest.Producer.Sending;

/// <summary>Records of one kind that travel as one message. The first settlement wins; later ones are ignored.</summary>
internal abstract class OutgoingFrame(Kind kind)
{
    private readonly List<Record<long>> _records = [];

    public Kind Kind => kind;

    /// <summary>The number that identifies the frame's reply, assigned when it is sent.</summary>
    public long Number { get; set; }

    public FramePayload Payload { get; } = new();

    public IReadOnlyList<Record<long>> Records => _records;

    public int Count => _records.Count;

    public abstract bool IsSettled { get; }

    /// <summary>The traces of the records in order, or a single one if all share it.</summary>
    public abstract IReadOnlyList<ActivityContext> Traces { get; }

    /// <summary>Called when the frame is sent in the span of one of its requests; other requests link to it.</summary>
    public virtual void LeavesIn(Activity span)
    {
    }

    /// <summary>The stream has the frame. Answers the senders who want no outcome, or all of them if no consumer can store.</summary>
    public abstract void Published(ulong sequence, bool storing);

    /// <summary>Settles all records with the consumer's reply, and returns those whose senders are refused by it.</summary>
    public abstract IReadOnlyList<Record<long>> Replied(FrameReply reply);

    /// <summary>Settles all records with the outcomes of a direct store.</summary>
    public abstract void Stored(Outcome[] outcomes);

    /// <summary>Settles all records as refused: not kept, or unknown, as the refusal says.</summary>
    public abstract void Refused(Refusal refusal);

    /// <summary>Answers the senders whose waiting time is over, if the stream has the frame.</summary>
    public abstract void Sweep(long now, bool storing);

    public Incoming[] ToIncoming()
    {
        var incoming = new Incoming[Count];
        for (var i = 0; i < incoming.Length; i++)
            incoming[i] = new Incoming(_records[i], Traces[Math.Min(i, Traces.Count - 1)].TraceId);
        return incoming;
    }

    /// <summary>Whether the reply has the outcome of every record. A truncated one does not; the receipts will.</summary>
    protected bool Answers(FrameReply reply) => reply.Received == Count && !reply.Truncated;

    /// <param name="hears">Whether the sender of the record with this index is answered with the reply.</param>
    protected IReadOnlyList<Record<long>> RefusedBy(FrameReply reply, Func<int, bool> hears) => reply.Exceptions.Count == 0
        ? []
        : [
            .. reply.Exceptions
                .Where(one => one.Outcome.Status is Status.Failed or Status.Invalid && (uint)one.Index < (uint)Count && hears(one.Index))
                .Select(one => _records[one.Index]),
        ];

    protected void Append(Record<long> record)
    {
        if (_records.Count == 0)
            FrameLines.Begin(kind, Payload);
        FrameLines.Append(kind, record, Payload);
        _records.Add(record);
    }
}
