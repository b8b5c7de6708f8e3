using System.Threading.Tasks.Sources;
using Microsoft.Extensions.ObjectPool;

namespace RideIngest.Producer.Sending;

/// <summary>
/// One request that waits for its record's outcome. Rented from a pool, and back in it once the outcome has been read: its task is awaited
/// exactly once, and it is settled exactly once, by the frame that holds it.
/// </summary>
internal sealed class PendingRecord : IValueTaskSource<Settled>, IThreadPoolWorkItem
{
    private static readonly ObjectPool<PendingRecord> Pool = new DefaultObjectPool<PendingRecord>(new Policy(), maximumRetained: 4096);

    private ManualResetValueTaskSourceCore<Settled> _core;
    private Settled _settled;

    /// <summary>
    /// When the sender wants an answer, in ticks of <see cref="Environment.TickCount64"/>; 0: as soon as the stream has the record.
    /// </summary>
    public long Deadline { get; private set; }

    /// <summary>
    /// That the stream has it is all the sender wants to hear, even if the consumer should be quicker than the stream's acknowledgement.
    /// </summary>
    public bool WantsNoOutcome => Deadline == 0;

    public ValueTask<Settled> Task => new(this, _core.Version);

    public static PendingRecord Rent(long deadline)
    {
        var pending = Pool.Get();
        pending.Deadline = deadline;
        return pending;
    }

    /// <summary>Wakes the request, which goes on inside this call. After it the instance may be another request's.</summary>
    public void Settle(in Settled settled) => _core.SetResult(settled);

    /// <summary>Wakes the request on a thread of the pool.</summary>
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
