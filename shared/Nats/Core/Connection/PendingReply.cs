using System.Collections.Concurrent;
using System.Text;
using System.Threading.Tasks.Sources;

namespace NATS.Client.Core;

/// <summary>A request that waits for its reply, in its slot of the <see cref="ReplyInbox"/>.</summary>
internal abstract class PendingReply
{
    private int _settled;

    /// <summary>Unique among all requests of the connection; its reply subject ends in it. 0 when it is in no slot.</summary>
    public long Token { get; set; }

    public long Deadline { get; set; }

    public bool ThrowIfNoResponders { get; set; }

    /// <summary>Whoever gets true sets the result; nobody else touches it any more.</summary>
    public bool TrySettle() => Interlocked.Exchange(ref _settled, 1) == 0;

    /// <summary>Sets the result. Only after <see cref="TrySettle"/>.</summary>
    public abstract void Receive(in WireCommand msg);

    public abstract void Fail(Exception error);

    protected void Unsettle() => Volatile.Write(ref _settled, 0);
}

/// <summary>Pooled: reading its result gives it back.</summary>
internal sealed class PendingReply<T> : PendingReply, IValueTaskSource<NatsMsg<T>>
{
    private const int MostPooled = 4096;

    private static readonly ConcurrentQueue<PendingReply<T>> Pool = new();
    private static int _pooled;

    private ManualResetValueTaskSourceCore<NatsMsg<T>> _core = new() { RunContinuationsAsynchronously = true };
    private ReplyInbox _inbox = null!;
    private INatsDeserialize<T> _serializer = null!;
    private CancellationTokenRegistration _cancellation;

    private PendingReply()
    {
    }

    public ValueTask<NatsMsg<T>> Result => new(this, _core.Version);

    public static PendingReply<T> Rent(ReplyInbox inbox, INatsDeserialize<T> serializer, bool throwIfNoResponders)
    {
        if (Pool.TryDequeue(out var reply))
            Interlocked.Decrement(ref _pooled);
        else
            reply = new PendingReply<T>();
        reply._inbox = inbox;
        reply._serializer = serializer;
        reply.ThrowIfNoResponders = throwIfNoResponders;
        return reply;
    }

    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (self, token) => ((PendingReply<T>)self!).Fail(new OperationCanceledException(token)),
                this);
        }
    }

    public override void Receive(in WireCommand msg)
    {
        if (ThrowIfNoResponders && msg.PayloadLength == 0 && msg.HeaderLength > 0 && NatsHeaderParser.PeekCode(msg.HeaderSpan) == 503)
        {
            _core.SetException(new NatsNoRespondersException());
            return;
        }

        var replyTo = msg.ReplyTo.IsEmpty ? null : Encoding.UTF8.GetString(msg.ReplyTo);
        var connection = _inbox.Owner;
        _core.SetResult(
            NatsMsg<T>.Build(_inbox.Subject, replyTo, msg.Headers, msg.Payload, connection, connection.HeaderParser, _serializer));
    }

    public override void Fail(Exception error)
    {
        if (!TrySettle())
            return;

        // Here already, for whoever does not read the result.
        _inbox.Remove(this);
        _core.SetException(error);
    }

    public NatsMsg<T> GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Recycle();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Recycle()
    {
        // Dispose waits for a callback that runs, and the slot is emptied under its lock: after both nobody holds this any more.
        _cancellation.Dispose();
        _cancellation = default;
        _inbox.Remove(this);
        _inbox = null!;
        _serializer = null!;
        _core.Reset();
        Unsettle();
        if (Interlocked.Increment(ref _pooled) <= MostPooled)
            Pool.Enqueue(this);
        else
            Interlocked.Decrement(ref _pooled);
    }
}
