using System.Buffers;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace NATS.Client.Core;

/// <summary>
/// A subscription: what it listens to, why and when it ends. What becomes of a message is up to the derived class.
/// The seam for JetStream is described in this project's README.
/// </summary>
public abstract class NatsSubBase
{
    private readonly Lock _gate = new();
    private readonly INatsSubscriptionManager _manager;
    private readonly ILogger _logger;
    private readonly SubTimers? _timers;
    private readonly CancellationToken _cancellationToken;
    private CancellationTokenRegistration _cancellation;
    private readonly bool _readsEmpty;
    private readonly bool _countsMsgs;
    private int _pendingMsgs;
    private int _slow;
    private bool _ended;
    private bool _unsubscribed;
    private bool _disposed;
    private Exception? _exception;

    protected NatsSubBase(INatsConnection connection, INatsSubscriptionManager manager, string subject, string? queueGroup, NatsSubOpts? opts,
        CancellationToken cancellationToken = default)
    {
        SubjectRules.ThrowIfInvalid(subject);
        if (queueGroup is not null)
            SubjectRules.ThrowIfInvalidQueueGroup(queueGroup);
        cancellationToken.ThrowIfCancellationRequested();

        Connection = connection;
        Subject = subject;
        QueueGroup = queueGroup;
        Opts = opts;
        _manager = manager;
        _logger = connection.Opts.LoggerFactory.CreateLogger<NatsSubBase>();
        _pendingMsgs = opts?.MaxMsgs is > 0 and var max ? max : -1;
        _countsMsgs = _pendingMsgs > 0;
        _readsEmpty = opts is { ThrowIfNoResponders: true } or { StopOnEmptyMsg: true };
        _timers = SubTimers.CreateIfNeeded(opts, EndSubscription);
        _cancellationToken = cancellationToken;
    }

    public string Subject { get; }

    public string? QueueGroup { get; }

    /// <summary>Why it ended, when that was an error.</summary>
    public Exception? Exception => Volatile.Read(ref _exception);

    /// <summary>Messages still to come before MaxMsgs is reached; null without MaxMsgs.</summary>
    public int? PendingMsgs => _countsMsgs ? Volatile.Read(ref _pendingMsgs) : null;

    public NatsSubEndReason EndReason { get; private set; }

    /// <summary>The connection that delivers to it.</summary>
    protected INatsConnection Connection { get; }

    internal NatsSubOpts? Opts { get; }

    /// <summary>Its number on the wire, 0 before it is subscribed and after it is gone.</summary>
    internal int Sid { get; set; }

    /// <summary>Called once, when the subscription has been sent.</summary>
    public virtual ValueTask ReadyAsync()
    {
        _timers?.Start();
        return Opts?.Events?.OnSubscribed?.Invoke(this) ?? default;
    }

    /// <summary>Ends it at once. What has been delivered can still be read.</summary>
    public ValueTask UnsubscribeAsync()
    {
        if (!TryBeginUnsubscribe())
            return default;
        Complete();
        return _manager.RemoveAsync(this);
    }

    /// <summary>
    /// Ends it after everything that the server had sent has been delivered: the server's PONG comes behind the last message.
    /// </summary>
    public virtual async ValueTask DrainAsync(CancellationToken cancellationToken = default)
    {
        if (!TryBeginUnsubscribe())
            return;
        try
        {
            StopDelivery();
            _timers?.Stop();
            (_manager as SubscriptionTable)?.SendUnsubscribe(this);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Connection.Opts.DrainPingTimeout);
            await Connection.PingAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or NatsException or ObjectDisposedException)
        {
            // The rest cannot arrive any more; what came is delivered.
            NatsLog.DrainCutShort(_logger, Subject, e.Message);
        }
        finally
        {
            Complete();
            await _manager.RemoveAsync(this).ConfigureAwait(false);
        }
    }

    /// <summary>Unsubscribes, and throws the error that ended the subscription, if one did.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        await UnsubscribeAsync().ConfigureAwait(false);
        await _cancellation.DisposeAsync().ConfigureAwait(false);
        if (Exception is NatsSubException { Exception: { } cause })
            cause.Throw();
        if (Exception is { } error)
            ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Called by the read loop for each message; the buffers are valid until the returned task completes.</summary>
    public virtual ValueTask ReceiveAsync(string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer,
        ReadOnlySequence<byte> payloadBuffer)
    {
        ResetIdleTimeout();
        if (_readsEmpty && payloadBuffer.IsEmpty && EndsOnEmpty(headersBuffer))
            return default;

        try
        {
            var received = ReceiveInternalAsync(subject, replyTo, headersBuffer, payloadBuffer);
            if (received.IsCompletedSuccessfully)
                return default;
            return AwaitReceived(received, headersBuffer, payloadBuffer);
        }
        catch (Exception e)
        {
            OnReceiveFailed(e, headersBuffer, payloadBuffer);
            return default;
        }
    }

    /// <summary>From here on its token can end it. Not in the constructor, where the derived class is not there yet to be ended.</summary>
    internal void ObserveCancellation() => _cancellation = _cancellationToken.UnsafeRegister(
        static sub => ((NatsSubBase)sub!).EndSubscription(NatsSubEndReason.Cancelled), this);

    /// <summary>A message as it lies in the receive buffer; makes it a call of <see cref="ReceiveAsync"/>.</summary>
    internal virtual ValueTask DeliverAsync(in WireCommand msg, SubjectCache subjects) => ReceiveAsync(
        subjects.Get(msg.Subject, Subject),
        msg.ReplyTo.IsEmpty ? null : Encoding.UTF8.GetString(msg.ReplyTo),
        msg.Headers,
        msg.Payload);

    /// <summary>Appends what the server must be told about it on a new connection, before anything published meanwhile.</summary>
    internal virtual void WriteReconnectCommands(CommandBuffer commands) => WriteSubscribe(commands);

    internal void WriteSubscribe(CommandBuffer commands)
    {
        commands.Subscribe(Sid, Subject, QueueGroup);
        if (PendingMsgs is > 0 and var max)
            commands.Unsubscribe(Sid, max);
    }

    /// <summary>True once per episode, from the first drop until the reader has caught up.</summary>
    internal bool IsSlow => Volatile.Read(ref _slow) != 0;

    internal bool TryMarkSlow() => Interlocked.Exchange(ref _slow, 1) == 0;

    /// <summary>Ends it because the connection is gone for good.</summary>
    internal void Fail(Exception exception) => SetException(exception);

    protected abstract ValueTask ReceiveInternalAsync(string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer,
        ReadOnlySequence<byte> payloadBuffer);

    /// <summary>Stops what keeps messages coming, such as pull requests; called at the beginning of a drain.</summary>
    protected virtual void StopDelivery()
    {
    }

    /// <summary>No message will follow: complete the channel.</summary>
    protected abstract void TryComplete();

    protected void ResetSlowConsumer(int pendingMsgCount)
    {
        if (pendingMsgCount <= 1)
            Volatile.Write(ref _slow, 0);
    }

    protected void SetException(Exception exception)
    {
        Interlocked.CompareExchange(ref _exception, exception, null);
        EndSubscription(NatsSubEndReason.Exception);
    }

    protected void ResetIdleTimeout() => _timers?.OnMessage();

    protected void DecrementMaxMsgs()
    {
        if (_countsMsgs && Interlocked.Decrement(ref _pendingMsgs) == 0)
            EndSubscription(NatsSubEndReason.MaxMsgs);
    }

    protected void EndSubscription(NatsSubEndReason reason)
    {
        lock (_gate)
        {
            if (_ended || _unsubscribed)
                return;
            _ended = true;
            EndReason = reason;
        }

        // The server is told in its own time; what arrives until then finds the channel completed.
        var unsubscribed = UnsubscribeAsync();
        if (!unsubscribed.IsCompletedSuccessfully)
            unsubscribed.AsTask().ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
    }

    private bool TryBeginUnsubscribe()
    {
        lock (_gate)
        {
            if (_unsubscribed)
                return false;
            return _unsubscribed = true;
        }
    }

    private void Complete()
    {
        _timers?.Dispose();
        _cancellation.Unregister();
        TryComplete();
    }

    private bool EndsOnEmpty(ReadOnlySequence<byte>? headersBuffer)
    {
        if (Opts is { ThrowIfNoResponders: true } && headersBuffer is { } headers && NatsHeaderParser.PeekCode(headers.FirstSpan) == 503)
        {
            SetException(new NatsNoRespondersException());
            return true;
        }

        if (Opts is not { StopOnEmptyMsg: true })
            return false;
        EndSubscription(NatsSubEndReason.EmptyMsg);
        return true;
    }

    private async ValueTask AwaitReceived(ValueTask received, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        try
        {
            await received.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            OnReceiveFailed(e, headersBuffer, payloadBuffer);
        }
    }

    private void OnReceiveFailed(Exception e, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        // A reader that has gone away is no error: its channel is closed, and messages may still be on their way.
        if (e is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
            return;
        NatsLog.ReceiveFailed(_logger, e, Subject);
        var headers = headersBuffer is { } raw ? raw.ToArray() : [];
        SetException(new NatsSubException($"Message error: {e.Message}", ExceptionDispatchInfo.Capture(e), payloadBuffer.ToArray(), headers));
    }
}
