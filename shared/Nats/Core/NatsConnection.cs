using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace NATS.Client.Core;

/// <summary>
/// A connection to a NATS system: made on first use, kept up across failures, and shared by everything that publishes, subscribes and
/// requests. Safe for use from any thread.
/// </summary>
public partial class NatsConnection : INatsConnection
{
    private static readonly TimeSpan LongestFlush = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger;
    private readonly ServerPool _servers;
    private readonly EventPump _events;
    private readonly string _ownInbox;

    public NatsConnection()
        : this(NatsOpts.Default)
    {
    }

    public NatsConnection(NatsOpts opts)
    {
        Opts = opts;
        _logger = opts.LoggerFactory.CreateLogger<NatsConnection>();
        _servers = new ServerPool(opts);
        _events = new EventPump(_logger);
        _ownInbox = NewInbox(opts.InboxPrefix);
        Outbox = new Outbox(opts.WriterBufferSize);
        Subscriptions = new SubscriptionTable(Outbox);
        HeaderParser = new NatsHeaderParser(opts.HeaderEncoding);
    }

    public event AsyncEventHandler<NatsEventArgs>? ConnectionDisconnected;

    public event AsyncEventHandler<NatsEventArgs>? ConnectionOpened;

    /// <summary>Raised for every server that could not be reached.</summary>
    public event AsyncEventHandler<NatsEventArgs>? ReconnectFailed;

    public event AsyncEventHandler<NatsMessageDroppedEventArgs>? MessageDropped;

    /// <summary>Raised once when a reader falls behind, and again only after it has caught up.</summary>
    public event AsyncEventHandler<NatsSlowConsumerEventArgs>? SlowConsumerDetected;

    public event AsyncEventHandler<NatsLameDuckModeActivatedEventArgs>? LameDuckModeActivated;

    public event AsyncEventHandler<NatsServerErrorEventArgs>? ServerError;

    public INatsConnection Connection => this;

    public NatsOpts Opts { get; }

    public NatsConnectionState ConnectionState => (NatsConnectionState)_state;

    public INatsServerInfo? ServerInfo => _info;

    public INatsSubscriptionManager SubscriptionManager => Subscriptions;

    public NatsHeaderParser HeaderParser { get; }

    public Func<(string Host, int Port), ValueTask<(string Host, int Port)>>? OnConnectingAsync { get; set; }

    public Func<INatsSocketConnection, ValueTask<INatsSocketConnection>>? OnSocketAvailableAsync { get; set; }

    internal Outbox Outbox { get; }

    internal SubscriptionTable Subscriptions { get; }

    public void OnMessageDropped<T>(NatsSubBase natsSub, int pending, NatsMsg<T> msg)
    {
        if (natsSub.TryMarkSlow())
        {
            if (!Opts.SuppressSlowConsumerWarnings)
                NatsLog.SlowConsumer(_logger, natsSub.Subject, pending);
            _events.Raise(nameof(SlowConsumerDetected), SlowConsumerDetected, this, new NatsSlowConsumerEventArgs(natsSub));
        }

        if (MessageDropped is null || _events.IsFull)
            return;
        var args = new NatsMessageDroppedEventArgs(natsSub, pending, msg.Subject, msg.ReplyTo, msg.Headers, msg.Data);
        _events.Raise(nameof(MessageDropped), MessageDropped, this, args);
    }

    public BoundedChannelOptions GetBoundedChannelOpts(NatsSubChannelOpts? subChannelOpts) =>
        new(subChannelOpts?.Capacity ?? Opts.SubPendingChannelCapacity)
        {
            FullMode = subChannelOpts?.FullMode ?? Opts.SubPendingChannelFullMode,
            SingleWriter = true,
            SingleReader = false,
            AllowSynchronousContinuations = false,
        };

    /// <summary>Sends what has been published, ends every subscription and request, and closes.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) != 0)
        {
            await _disposed.Task.ConfigureAwait(false);
            return;
        }

        if (ConnectionState == NatsConnectionState.Open)
        {
            if (Opts.DrainSubscriptionsOnDispose)
                await Task.WhenAll(Subscriptions.Snapshot().Where(sub => sub != _inbox).Select(sub => sub.DrainAsync().AsTask())).ConfigureAwait(false);
            await FlushAsync().ConfigureAwait(false);
        }

        // Before the loops are waited for: reading may stand still before a subscription that is full and that nobody reads.
        await UnsubscribeAllAsync().ConfigureAwait(false);
        var reason = new ObjectDisposedException(nameof(NatsConnection));
        await StopAsync(reason).ConfigureAwait(false);
        CloseForGood(reason);
        await UnsubscribeAllAsync().ConfigureAwait(false);
        await _events.CompleteAsync(LongestFlush).ConfigureAwait(false);
        _disposed.TrySetResult();
        GC.SuppressFinalize(this);
    }

    internal NatsStats GetStats() => new(
        Outbox.SentBytes,
        Volatile.Read(ref _receivedBytes) + (_link?.ReceivedBytes ?? 0),
        Outbox.PendingMessages,
        Outbox.SentMessages,
        Volatile.Read(ref _receivedMessages) + (_link?.ReceivedMessages ?? 0),
        Subscriptions.Count);

    internal void OnInfo(ServerLink link, ServerInfo info)
    {
        var wasLameDuck = _info is { LameDuckMode: true };
        _info = info;
        _servers.Discover(info.ClientConnectUrls, link.IsTls, !Opts.NoRandomize);
        if (!info.LameDuckMode || wasLameDuck)
            return;
        NatsLog.LameDuck(_logger, link.Address.ToString());
        _events.Raise(nameof(LameDuckModeActivated), LameDuckModeActivated, this, new NatsLameDuckModeActivatedEventArgs(link.Address.Uri));
    }

    internal void OnServerError(string error)
    {
        NatsLog.ServerError(_logger, error);
        _events.Raise(nameof(ServerError), ServerError, this, new NatsServerErrorEventArgs(error));
    }

    internal void OnStale(ServerLink link, int unanswered) => NatsLog.StaleServer(_logger, link.Address.ToString(), unanswered);

    private async Task UnsubscribeAllAsync()
    {
        foreach (var sub in Subscriptions.Snapshot())
            await sub.UnsubscribeAsync().ConfigureAwait(false);
    }

    private async Task FlushAsync()
    {
        try
        {
            // The PONG says that the server has read all that came before the PING.
            var reply = new PingReply();
            Outbox.Ping(reply);
            await reply.Task.WaitAsync(LongestFlush).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or TimeoutException or ObjectDisposedException)
        {
            // The server is not there to take it.
        }
    }
}
