using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

/// <summary>
/// What is to be sent. Callers append whole commands under a short lock; one writer takes everything that has gathered and sends it
/// at once. While there is no connection commands gather here, up to the limit; above the limit publishers wait.
/// </summary>
internal sealed class Outbox
{
    private readonly Lock _gate = new();
    private readonly int _limit;
    private readonly Queue<PingReply?> _pings = new();
    private readonly WriterSignal _work = new();
    private CommandBuffer _filling;
    private CommandBuffer _sending;
    private TaskCompletionSource? _room;
    private bool _writerWaits;
    private Exception? _closed;
    private long _sentMessages;
    private long _sentBytes;

    public Outbox(int bufferSize)
    {
        _limit = Math.Max(bufferSize, 4096) * 16;
        _filling = new CommandBuffer(bufferSize);
        _sending = new CommandBuffer(bufferSize);
    }

    public long SentMessages => Volatile.Read(ref _sentMessages);

    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Published and not yet given to the socket.</summary>
    public int PendingMessages => _filling.Publishes + _sending.Publishes;

    /// <summary>False when there is no room: then wait for it, and try again.</summary>
    public bool TryPublish(string subject, ReadOnlySpan<char> replyTo, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        bool wake;
        lock (_gate)
        {
            ThrowIfClosed();
            if (_filling.Length > _limit)
                return false;
            if (headers.IsEmpty)
                _filling.Publish(subject, replyTo, payload);
            else
                _filling.PublishWithHeaders(subject, replyTo, headers, payload);
            wake = TakeWriter();
        }

        if (wake)
            _work.Set();
        return true;
    }

    /// <summary>Completes when there is, or soon was, room.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (_filling.Length <= _limit)
                return Task.CompletedTask;
            return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Subscribe(NatsSubBase sub)
    {
        if (!Append(static (commands, sub) => sub.WriteSubscribe(commands), sub))
            throw ClosedException();
    }

    public void Unsubscribe(int sid) => Append(static (commands, sid) => commands.Unsubscribe(sid), sid);

    /// <summary>Not to a server that asks and does not read: its PINGs must not fill the memory.</summary>
    public void Pong() => Append(
        static (commands, limit) =>
        {
            if (commands.Length <= limit)
                commands.Pong();
        },
        _limit);

    /// <summary>Sends a PING; its PONG completes <paramref name="reply"/>, or nothing when that is null.</summary>
    public void Ping(PingReply? reply)
    {
        var sent = Append(
            static (commands, ping) =>
            {
                commands.Ping();
                ping._pings.Enqueue(ping.reply);
            },
            (_pings, reply));
        if (!sent)
            reply?.TrySetException(ClosedException());
    }

    /// <summary>PONGs come in the order of the PINGs.</summary>
    public void OnPong()
    {
        PingReply? reply;
        lock (_gate)
            _pings.TryDequeue(out reply);
        reply?.SetResult();
    }

    /// <summary>Prepares for a new connection: what the server must know again goes first, then what has gathered.</summary>
    public void Reopen(SubscriptionTable subscriptions)
    {
        lock (_gate)
        {
            var gathered = _filling;
            _filling = _sending;
            _filling.Clear();
            subscriptions.WriteReconnectCommands(_filling);
            _filling.Append(gathered);
            gathered.Clear();
            _sending = gathered;
        }
    }

    /// <summary>
    /// The connection is gone, and with it what was being sent: half of it may have arrived. PINGs that were not sent yet keep waiting.
    /// </summary>
    public void OnDisconnected()
    {
        List<PingReply?> lost = [];
        lock (_gate)
        {
            while (_pings.Count > _filling.Pings)
                lost.Add(_pings.Dequeue());
            _sending.Clear();
            _work.Reset();
            _writerWaits = false;
        }

        foreach (var reply in lost)
            reply?.TrySetException(new NatsException("The connection was lost before the server answered"));
    }

    /// <summary>For good: nothing can be appended any more, and nobody goes on waiting.</summary>
    public void Close(Exception reason)
    {
        TaskCompletionSource? room;
        PingReply?[] pings;
        lock (_gate)
        {
            _closed ??= reason;
            room = _room;
            _room = null;
            pings = [.. _pings];
            _pings.Clear();
        }

        room?.TrySetResult();
        foreach (var reply in pings)
            reply?.TrySetException(reason);
    }

    /// <summary>
    /// What has gathered, as soon as there is something; empty when woken for another reason, or when the link has ended: what is not
    /// taken is kept for the next one. It stays valid until the next call. One caller at a time.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(ServerLink link)
    {
        if (!TryTake(link, waitOtherwise: true))
        {
            await _work.Task.ConfigureAwait(false);
            TryTake(link, waitOtherwise: false);
        }

        return _sending.Written;
    }

    /// <summary>
    /// For a writer that finds more to send without having waited: whether it may be on the thread of a publisher for which it has sent already, and is to go on
    /// on another one. Answered once, to whoever runs the loop: in a call, an await that is over in a moment would let no thread go.
    /// </summary>
    public bool MustLeavePublisher()
    {
        var must = _work.IsOnPublisher;
        _work.IsOnPublisher = false;
        return must;
    }

    /// <summary>Lets a waiting writer go, so that it sees that its connection has ended.</summary>
    public void WakeWriter()
    {
        bool wake;
        lock (_gate)
            wake = TakeWriter();
        if (wake)
            _work.SetLater();
    }

    /// <summary>False when closed.</summary>
    private bool Append<TState>(Action<CommandBuffer, TState> write, TState state)
    {
        bool wake;
        lock (_gate)
        {
            if (_closed is not null)
                return false;
            write(_filling, state);
            wake = TakeWriter();
        }

        if (wake)
            _work.Set();
        return true;
    }

    private bool TryTake(ServerLink link, bool waitOtherwise)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _sending.Clear();

            // Asked under the lock: a link that ends after this finds the writer waiting, and wakes it.
            if (link.HasEnded)
                return true;
            if (_filling.Length == 0)
            {
                _work.Reset();
                _writerWaits = waitOtherwise;
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            _sentMessages += _sending.Publishes;
            _sentBytes += _sending.Length;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
        return true;
    }

    private bool TakeWriter()
    {
        var wake = _writerWaits;
        _writerWaits = false;
        return wake;
    }

    private void ThrowIfClosed()
    {
        if (_closed is not null)
            throw ClosedException();
    }

    private Exception ClosedException() => _closed is ObjectDisposedException
        ? new ObjectDisposedException(nameof(NatsConnection))
        : new NatsConnectionFailedException(_closed!.Message);
}
