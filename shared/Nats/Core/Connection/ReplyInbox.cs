using System.Buffers;
using System.Buffers.Text;

namespace NATS.Client.Core;

/// <summary>
/// The inbox of all requests of a connection: one wildcard subscription, and behind it a slot per waiting request. The last token of a
/// reply's subject is a number whose low bits are the slot, so that a reply finds its request without a lookup by name.
/// </summary>
internal sealed class ReplyInbox : NatsSubBase
{
    private const int SlotBits = 20;
    private const int MaxSlots = 1 << SlotBits;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Stack<int> _free = new();
    private readonly Timer _sweeper;
    private PendingReply?[] _slots = new PendingReply?[64];
    private int _used;
    private int _waiting;
    private long _generation;
    private bool _sweeping;
    private Exception? _closed;

    public ReplyInbox(NatsConnection connection)
        : base(connection, connection.SubscriptionManager, $"{NatsConnection.NewInbox(connection.Opts.InboxPrefix)}.*", null, null)
    {
        Prefix = Subject[..^1];
        _sweeper = new Timer(static self => ((ReplyInbox)self!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public INatsConnection Owner => Connection;

    /// <summary>What a reply subject begins with; the token follows.</summary>
    public string Prefix { get; }

    public void Add(PendingReply reply, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_closed is { } reason)
                throw reason;
            if (!_free.TryPop(out var slot))
                slot = TakeNewSlot();
            reply.Token = (++_generation << SlotBits) | (uint)slot;
            reply.Deadline = timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)timeout.TotalMilliseconds;
            _slots[slot] = reply;
            _waiting++;
            if (!_sweeping)
                Sweep(true);
        }
    }

    public void Remove(PendingReply reply)
    {
        lock (_gate)
        {
            if (reply.Token != 0)
                Empty(reply);
        }
    }

    /// <summary>No reply can come any more.</summary>
    public void Close(Exception reason)
    {
        lock (_gate)
        {
            _closed = reason;
            foreach (var reply in _slots)
                reply?.Fail(reason);
        }

        _sweeper.Dispose();
    }

    internal override ValueTask DeliverAsync(in WireCommand msg, SubjectCache subjects)
    {
        var digits = msg.Subject.Length > Prefix.Length ? msg.Subject[Prefix.Length..] : default;
        if (!Utf8Parser.TryParse(digits, out long token, out var used) || used != digits.Length)
            return default;

        PendingReply? reply;
        lock (_gate)
        {
            var slot = (int)(token & (MaxSlots - 1));
            reply = slot < _slots.Length ? _slots[slot] : null;
            if (reply is null || reply.Token != token || !reply.TrySettle())
                return default;
            Empty(reply);
        }

        // Outside the lock, since it runs the caller's deserializer; settled means that it is this message's alone.
        reply.Receive(msg);
        return default;
    }

    protected override ValueTask ReceiveInternalAsync(string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer,
        ReadOnlySequence<byte> payloadBuffer) => default;

    protected override void TryComplete()
    {
    }

    private void Empty(PendingReply reply)
    {
        var slot = (int)(reply.Token & (MaxSlots - 1));
        reply.Token = 0;
        _slots[slot] = null;
        _free.Push(slot);
        _waiting--;
    }

    private int TakeNewSlot()
    {
        if (_used == MaxSlots)
            throw new NatsException("Too many requests wait for a reply");
        if (_used == _slots.Length)
            Array.Resize(ref _slots, _slots.Length * 2);
        return _used++;
    }

    private void Sweep(bool on)
    {
        _sweeping = on;
        _sweeper.Change(on ? SweepEvery : Timeout.InfiniteTimeSpan, on ? SweepEvery : Timeout.InfiniteTimeSpan);
    }

    private void Sweep()
    {
        lock (_gate)
        {
            if (_closed is not null)
                return;
            if (_waiting == 0)
            {
                Sweep(false);
                return;
            }

            var now = Environment.TickCount64;
            foreach (var reply in _slots.AsSpan(0, _used))
            {
                if (reply is not null && now >= reply.Deadline)
                    reply.Fail(new NatsNoReplyException());
            }
        }
    }
}
