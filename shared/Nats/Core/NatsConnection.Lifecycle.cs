namespace NATS.Client.Core;

public partial class NatsConnection
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<ServerAddress, string> _authErrors = [];
    private volatile int _state = (int)NatsConnectionState.Closed;
    private volatile ServerInfo? _info;
    private volatile ServerLink? _link;
    private TaskCompletionSource? _opened;
    private Task _running = Task.CompletedTask;
    private int _disposing;
    private long _receivedBytes;
    private long _receivedMessages;

    /// <summary>Returns when the connection is open; while it reconnects, when it is open again.</summary>
    public async ValueTask ConnectAsync()
    {
        Task opened;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposing != 0, this);
            if (_opened is null)
            {
                _opened = NewOpened();
                _state = (int)NatsConnectionState.Connecting;
                // The connection outlives whoever happens to open it: their trace and other context are not its own.
                using (ExecutionContext.SuppressFlow())
                    _running = Task.Run(RunAsync);
            }

            opened = _opened.Task;
        }

        await opened.ConfigureAwait(false);
    }

    /// <summary>Leaves the server and connects anew. What is published meanwhile is sent afterwards.</summary>
    public ValueTask ReconnectAsync()
    {
        if (_link is { } link && ConnectionState == NatsConnectionState.Open)
            link.End(new NatsException("A reconnect was asked for"));
        return default;
    }

    public async ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        await EnsureOpenAsync(cancellationToken).ConfigureAwait(false);
        var reply = new PingReply();
        Outbox.Ping(reply);
        return await reply.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewOpened()
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        opened.Task.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        return opened;
    }

    private ValueTask EnsureOpenAsync(CancellationToken cancellationToken)
    {
        if (_state == (int)NatsConnectionState.Open)
            return default;
        var connected = ConnectAsync();
        return cancellationToken.CanBeCanceled ? new ValueTask(connected.AsTask().WaitAsync(cancellationToken)) : connected;
    }

    /// <summary>The life of the connection: connect, serve, reconnect, until disposed or given up.</summary>
    private async Task RunAsync()
    {
        var link = await FirstLinkAsync().ConfigureAwait(false);
        while (link is not null)
        {
            Open(link);
            var failure = await link.RunAsync().ConfigureAwait(false);
            Closed(link, failure);
            link = await NextLinkAsync().ConfigureAwait(false);
        }
    }

    private void Open(ServerLink link)
    {
        _authErrors.Clear();
        _servers.Use(link.Address);
        _info = null;
        OnInfo(link, link.Info);
        Outbox.Reopen(Subscriptions);
        _link = link;
        lock (_gate)
        {
            _state = (int)NatsConnectionState.Open;
            _opened!.TrySetResult();
        }

        if (_disposing != 0 && _lifetime.IsCancellationRequested)
            link.End(new ObjectDisposedException(nameof(NatsConnection)));
        NatsLog.Connected(_logger, link.Address.ToString(), link.Info.Name, link.Info.Version);
        _events.Raise(nameof(ConnectionOpened), ConnectionOpened, this, new NatsEventArgs(link.Address.ToString()));
    }

    private void Closed(ServerLink link, Exception failure)
    {
        Interlocked.Add(ref _receivedBytes, link.ReceivedBytes);
        Interlocked.Add(ref _receivedMessages, link.ReceivedMessages);
        _link = null;
        lock (_gate)
        {
            var ends = _lifetime.IsCancellationRequested;
            _state = (int)(ends ? NatsConnectionState.Closed : NatsConnectionState.Reconnecting);
            _opened = NewOpened();
        }

        Outbox.OnDisconnected();
        if (!_lifetime.IsCancellationRequested)
            NatsLog.Disconnected(_logger, failure, link.Address.ToString());
        _events.Raise(nameof(ConnectionDisconnected), ConnectionDisconnected, this, new NatsEventArgs(failure.Message));
    }

    private async Task StopAsync(Exception reason)
    {
        Task running;
        lock (_gate)
            running = _running;
        await _lifetime.CancelAsync().ConfigureAwait(false);
        _link?.End(reason);
        await running.ConfigureAwait(false);
        lock (_gate)
        {
            _state = (int)NatsConnectionState.Closed;
            _opened?.TrySetException(reason);
        }
    }

    /// <summary>Nothing can be sent or received any more: let everyone who waits know.</summary>
    private void CloseForGood(Exception reason)
    {
        Outbox.Close(reason);
        _inbox?.Close(reason);
    }
}
