using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace RideIngest.Producer.Sending;

/// <summary>
/// A request that waits for its record's outcome. Pooled: its task must be awaited exactly once, and the frame settles it exactly once.
/// </summary>
internal sealed class PendingRecord : IValueTaskSource<Settled>, IThreadPoolWorkItem
{
    private static readonly ObjectPool<PendingRecord> Pool = new DefaultObjectPool<PendingRecord>(new Policy(), maximumRetained: 4096);

    private ManualResetValueTaskSourceCore<Settled> _core;
    private Settled _settled;

    /// <summary>
    /// The time to answer, in ticks of <see cref="Environment.TickCount64"/>; 0 means as soon as the stream has the record.
    /// </summary>
    public long Deadline { get; private set; }

    /// <summary>
    /// Whether the sender wants only to know that the stream has the record, even if the consumer replies before the stream's ack.
    /// </summary>
    public bool WantsNoOutcome => Deadline == 0;

    public ValueTask<Settled> Task => new(this, _core.Version);

    public static PendingRecord Rent(long deadline)
    {
        var pending = Pool.Get();
        pending.Deadline = deadline;
        return pending;
    }

    /// <summary>Resumes the request inside this call. Afterwards the instance may belong to another request.</summary>
    public void Settle(in Settled settled) => _core.SetResult(settled);

    /// <summary>Resumes the request on the thread pool.</summary>
    public void SettleLater(in Settled settled)
    {
        _settled = settled;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => Settle(_settled);

    Settled IValueTaskSource<Settled>.GetResult(short token)
    {
        var settled = _core.GetResult(token);
        _core.Reset();
        _settled = default;
        Pool.Return(this);
        return settled;
    }

    ValueTaskSourceStatus IValueTaskSource<Settled>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Settled>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private sealed class Policy : PooledObjectPolicy<PendingRecord>
    {
        public override PendingRecord Create() => new();

        public override bool Return(PendingRecord obj) => true;
    }
}
