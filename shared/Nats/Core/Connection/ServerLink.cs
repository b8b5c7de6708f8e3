using System.Text;

namespace NATS.Client.Core;

/// <summary>One connection to one server, from the end of the handshake until it breaks. Never used again after that.</summary>
internal sealed class ServerLink(
    NatsConnection connection, INatsSocketConnection socket, ProtocolReader reader, ServerAddress address, ServerInfo info, bool tls)
{
    private readonly Outbox _outbox = connection.Outbox;
    private readonly SubjectCache _subjects = new();
    private readonly CancellationTokenSource _ended = new();
    private Exception? _failure;
    private int _unanswered;
    private NatsSubBase? _lastSub;
    private int _lastSid;
    private long _receivedMessages;

    public ServerAddress Address => address;

    public ServerInfo Info { get; private set; } = info;

    public bool IsTls => tls;

    public bool HasEnded => Volatile.Read(ref _failure) is not null;

    public long ReceivedMessages => Volatile.Read(ref _receivedMessages);

    public long ReceivedBytes => reader.ReceivedBytes;

    /// <summary>Serves the connection; returns when it is broken or ended, with the reason, when everything that ran for it has stopped.</summary>
    public async Task<Exception> RunAsync()
    {
        var reading = Task.Run(() => GuardAsync(ReadAsync));
        var writing = Task.Run(() => GuardAsync(WriteAsync));
        var watching = GuardAsync(WatchAsync);
        await Task.WhenAll(reading, writing, watching).ConfigureAwait(false);
        reader.Dispose();
        return _failure!;
    }

    /// <summary>Ends it; the first reason counts.</summary>
    public void End(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is not null)
            return;
        _ended.Cancel();
        socket.DisposeAsync().AsTask().ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        _outbox.WakeWriter();
    }

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    private async Task WriteAsync()
    {
        while (!HasEnded)
        {
            var taking = _outbox.TakeAsync(this);
            if (taking.IsCompleted && _outbox.MustLeavePublisher())
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            var bytes = await taking.ConfigureAwait(false);
            if (!bytes.IsEmpty)
                await socket.SendAllAsync(bytes).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            while (true)
            {
                var delivered = DeliverAvailable();
                if (delivered.IsCompletedSuccessfully)
                    break;
                await delivered.ConfigureAwait(false);
            }

            if (!await reader.ReceiveAsync().ConfigureAwait(false))
                throw new NatsException("The server closed the connection");
        }
    }

    /// <summary>Handles what has been received. An incomplete task: a subscription is full; when it completes, go on.</summary>
    private ValueTask DeliverAvailable()
    {
        var command = default(WireCommand);
        while (reader.TryRead(ref command))
        {
            if (command.Kind != WireKind.Msg)
            {
                HandleControl(command);
                continue;
            }

            _receivedMessages++;
            if (FindSub(command.Sid) is not { } sub)
                continue;
            var delivered = sub.DeliverAsync(command, _subjects);
            if (!delivered.IsCompletedSuccessfully)
                return delivered;
        }

        return default;
    }

    private NatsSubBase? FindSub(int sid)
    {
        if (sid == _lastSid && _lastSub is { } last && last.Sid == sid)
            return last;
        _lastSid = sid;
        return _lastSub = connection.Subscriptions.Find(sid);
    }

    private void HandleControl(in WireCommand command)
    {
        switch (command.Kind)
        {
            case WireKind.Ping:
                _outbox.Pong();
                break;
            case WireKind.Pong:
                Volatile.Write(ref _unanswered, 0);
                _outbox.OnPong();
                break;
            case WireKind.Info:
                Info = ServerInfo.Parse(command.Text);
                connection.OnInfo(this, Info);
                break;
            case WireKind.Error:
                connection.OnServerError(Encoding.UTF8.GetString(command.Text));
                break;
            default:
                break;
        }
    }

    /// <summary>A server that answers no PING is as good as gone, whatever TCP believes.</summary>
    private async Task WatchAsync()
    {
        var interval = connection.Opts.PingInterval;
        if (interval <= TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
        {
            if (Interlocked.Increment(ref _unanswered) > connection.Opts.MaxPingOut)
            {
                connection.OnStale(this, _unanswered - 1);
                End(new NatsException("The server does not answer"));
                return;
            }

            _outbox.Ping(null);
        }
    }
}
