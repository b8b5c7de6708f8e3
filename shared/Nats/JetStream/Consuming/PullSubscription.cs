using System.Buffers;
using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Consuming;

/// <summary>
/// The inbox of a pull. Messages wait here until the caller takes them; what was asked for bounds how many. What the server's
/// statuses mean for the pull is up to the derived class.
/// </summary>
internal abstract class PullSubscription<T> : NatsSubBase, IAsyncDisposable
{
    protected static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Channel<JetStreamMsg<T>> _msgs = Channel.CreateUnbounded<JetStreamMsg<T>>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });

    private readonly INatsDeserialize<T> _deserializer;
    private readonly Timer _watch;
    private long _lastHeard = Environment.TickCount64;

    protected PullSubscription(PullTarget target, PullSettings settings, INatsDeserialize<T>? deserializer)
        : base(target.Context.Connection, target.Context.Connection.SubscriptionManager, target.Context.NewBaseInbox(), null, null)
    {
        Target = target;
        Settings = settings;
        Notifier = settings.NotificationHandler is { } handler ? new Notifier(handler, End) : null;
        _deserializer = deserializer ?? Connection.Opts.SerializerRegistry.GetDeserializer<T>();
        _watch = new Timer(static pull => ((PullSubscription<T>)pull!).OnWatch(), this, Timeout.Infinite, Timeout.Infinite);
    }

    protected PullTarget Target { get; }

    protected PullSettings Settings { get; }

    protected Notifier? Notifier { get; }

    /// <summary>How often to look after the pull.</summary>
    protected TimeSpan Watch => (Settings.IdleHeartbeat > TimeSpan.Zero ? Settings.IdleHeartbeat : Settings.Expires) / 2;

    /// <summary>
    /// Whether two heartbeats were missed. Without heartbeats the server still has to say when the pull expires, and gets
    /// some time to do so.
    /// </summary>
    protected bool IsSilent => Silence >= (Settings.IdleHeartbeat > TimeSpan.Zero ? 2 * Settings.IdleHeartbeat : Settings.Expires + Grace);

    /// <summary>How long nothing came from the server since the last pull was sent.</summary>
    protected TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _lastHeard));

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        await Connection.AddSubAsync(this, cancellationToken).ConfigureAwait(false);
        WatchEvery(Watch);
    }

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => _msgs.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>As <see cref="WaitToReadAsync"/>, but cancellation is an end, not an error.</summary>
    public async ValueTask<bool> HasMoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            return !cancellationToken.IsCancellationRequested
                && await _msgs.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Takes the next message, which makes room for another one.</summary>
    public bool TryTake(out JetStreamMsg<T> msg)
    {
        if (!_msgs.Reader.TryRead(out msg!))
            return false;

        OnTaken(Settings.UnitsOf(msg.Size));
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        if (Notifier is not null)
            await Notifier.DisposeAsync().ConfigureAwait(false);

        await base.DisposeAsync().ConfigureAwait(false);
    }

    public override async ValueTask ReadyAsync()
    {
        await base.ReadyAsync().ConfigureAwait(false);
        if (Ask() is > 0 and var units)
            await SendAsync(units, CancellationToken.None).ConfigureAwait(false);
    }

    internal override void WriteReconnectCommands(CommandBuffer commands)
    {
        base.WriteReconnectCommands(commands);
        if (AskAnew() is > 0 and var units)
        {
            Volatile.Write(ref _lastHeard, Environment.TickCount64);
            var request = new ArrayBufferWriter<byte>(128);
            PullRequestWriter.Default.Serialize(request, Settings.Request(units));
            commands.Publish(Target.Subject, Subject, request.WrittenSpan);
        }
    }

    protected override ValueTask ReceiveInternalAsync(
        string subject,
        string? replyTo,
        ReadOnlySequence<byte>? headersBuffer,
        ReadOnlySequence<byte> payloadBuffer)
    {
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        if (headersBuffer is { } status && string.Equals(subject, Subject, StringComparison.Ordinal))
        {
            var headers = new NatsHeaders();
            Connection.HeaderParser.ParseHeaders(new SequenceReader<byte>(status), headers);
            OnStatus(headers);
            return default;
        }

        var msg = NatsMsg<T>.Build(subject, replyTo, headersBuffer, payloadBuffer, Connection, Connection.HeaderParser, _deserializer);
        _msgs.Writer.TryWrite(new JetStreamMsg<T>(msg, Target));
        OnArrived(Settings.UnitsOf(msg.Size));
        return default;
    }

    protected abstract void OnStatus(NatsHeaders status);

    /// <summary>Called every <see cref="Watch"/>, or as <see cref="WatchEvery"/> has it.</summary>
    protected abstract void OnWatch();

    /// <summary>What the next pull is to ask for; 0 for none.</summary>
    protected abstract long Ask();

    /// <summary>What to ask for on a new connection, where nothing is on its way any more; 0 for none.</summary>
    protected abstract long AskAnew();

    protected abstract void OnArrived(long units);

    protected virtual void OnTaken(long units)
    {
    }

    protected override void StopDelivery() => _watch.Change(Timeout.Infinite, Timeout.Infinite);

    protected override void TryComplete() => _msgs.Writer.TryComplete(Exception);

    /// <summary>The caller gets what has arrived, and then the error.</summary>
    protected void End(Exception error)
    {
        _msgs.Writer.TryComplete(error);
        EndSubscription(NatsSubEndReason.JetStreamError);
    }

    protected void End(NatsSubEndReason reason) => EndSubscription(reason);

    /// <summary>Calls <see cref="OnWatch"/> after this time, and again each such time after.</summary>
    protected void WatchEvery(TimeSpan period)
    {
        try
        {
            _watch.Change(period, period);
        }
        catch (ObjectDisposedException)
        {
            // Ended meanwhile.
        }
    }

    /// <summary>
    /// Asks for more, if more may be asked for. Never waits, since the read loop and the timer call it too. While the
    /// connection is away nothing is sent: the pull then comes with the reconnect.
    /// </summary>
    protected void Pull()
    {
        if (Connection.ConnectionState != NatsConnectionState.Open || Ask() is not (> 0 and var units))
            return;

        var sent = SendAsync(units, CancellationToken.None);
        if (!sent.IsCompletedSuccessfully)
            _ = ObserveAsync(sent);
    }

    private async Task ObserveAsync(ValueTask sent)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        catch (NatsConnectionFailedException e)
        {
            End(e);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or ObjectDisposedException)
        {
            // Not sent: the watch finds the server silent, or the connection comes back and the pull with it.
        }
    }

    private ValueTask SendAsync(long units, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _lastHeard, Environment.TickCount64);
        return Connection.PublishAsync(
            Target.Subject,
            Settings.Request(units),
            replyTo: Subject,
            serializer: PullRequestWriter.Default,
            cancellationToken: cancellationToken);
    }
}
