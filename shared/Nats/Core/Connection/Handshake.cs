using System.Text;

namespace NATS.Client.Core;

/// <summary>From an address to a server that has accepted us.</summary>
internal sealed class Handshake(NatsConnection connection, ServerAddress address, string tlsHost, string seedUserInfo)
{
    private readonly NatsOpts _opts = connection.Opts;
    private INatsSocketConnection? _socket;
    private ProtocolReader? _reader;

    public async Task<ServerLink> ConnectAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_opts.ConnectTimeout);

        // Neither a socket of the application's nor a read knows the token; closing ends them.
        await using var abort = limit.Token.UnsafeRegister(static self => ((Handshake)self!).Abort(), this).ConfigureAwait(false);
        try
        {
            var link = await ShakeHandsAsync(limit.Token).ConfigureAwait(false);
            limit.Token.ThrowIfCancellationRequested();
            return link;
        }
        catch (Exception e)
        {
            Abort();
            _reader?.Dispose();
            if (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new NatsException($"No handshake with {address} within {_opts.ConnectTimeout.TotalSeconds:0.###} s", e);
            throw;
        }
    }

    private async Task<ServerLink> ShakeHandsAsync(CancellationToken cancellationToken)
    {
        var credentials = await Credentials.ResolveAsync(_opts.AuthOpts, seedUserInfo, address.Uri, cancellationToken).ConfigureAwait(false);
        await OpenSocketAsync(cancellationToken).ConfigureAwait(false);

        var mode = EffectiveMode();
        var tls = mode == TlsMode.Implicit;
        if (tls)
            await UpgradeAsync(cancellationToken).ConfigureAwait(false);
        _reader = new ProtocolReader(_socket!, _opts.ReaderBufferSize, _opts.MaxPayloadHardCap);

        var info = await ReadInfoAsync().ConfigureAwait(false);
        if (!tls && MustUpgrade(mode, info))
        {
            // What came unencrypted behind INFO was written by someone else.
            if (_reader.HasRest)
                throw new NatsProtocolViolationException("Protocol violation by the server: bytes before the TLS handshake");
            _reader.Dispose();
            await UpgradeAsync(cancellationToken).ConfigureAwait(false);
            _reader = new ProtocolReader(_socket!, _opts.ReaderBufferSize, _opts.MaxPayloadHardCap);
            tls = true;
        }

        await _socket!.SendAllAsync(ConnectCommand.Write(_opts, info, credentials, tls)).ConfigureAwait(false);
        info = await ReadPongAsync(info).ConfigureAwait(false);
        return new ServerLink(connection, _socket!, _reader, address, info, tls);
    }

    private async Task OpenSocketAsync(CancellationToken cancellationToken)
    {
        if (_opts.SocketConnectionFactory is { } factory)
        {
            _socket = await factory.ConnectAsync(address.Uri, _opts, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var (host, port) = (address.Host, address.Port);
            if (connection.OnConnectingAsync is { } redirect)
                (host, port) = await redirect((host, port)).ConfigureAwait(false);
            _socket = await TcpConnection.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        }

        if (connection.OnSocketAvailableAsync is { } replace)
            _socket = await replace(_socket).ConfigureAwait(false);

        // Whoever made the socket may not know the token, and come late: after the abort, which found nothing to close.
        cancellationToken.ThrowIfCancellationRequested();
    }

    private TlsMode EffectiveMode() => _opts.TlsOpts.Mode != TlsMode.Auto
        ? _opts.TlsOpts.Mode
        : address.IsTls || _opts.TlsOpts.IsConfigured ? TlsMode.Require : TlsMode.Prefer;

    private bool MustUpgrade(TlsMode mode, ServerInfo info)
    {
        if (mode == TlsMode.Disable && (info.TlsRequired || address.IsTls))
            throw new NatsException($"{address} requires TLS, and TlsMode is Disable");
        if (mode == TlsMode.Require && !info.TlsRequired && !info.TlsAvailable)
            throw new NatsException($"TLS is required, and {address} does not offer it");
        return mode == TlsMode.Require || (mode == TlsMode.Prefer && (info.TlsRequired || info.TlsAvailable));
    }

    private async Task UpgradeAsync(CancellationToken cancellationToken) =>
        _socket = await TlsConnection.UpgradeAsync(_socket!, tlsHost, _opts.TlsOpts, cancellationToken).ConfigureAwait(false);

    private async Task<ServerInfo> ReadInfoAsync()
    {
        while (true)
        {
            if (TryReadInfo(out var info))
                return info;
            await ReceiveAsync().ConfigureAwait(false);
        }

        bool TryReadInfo(out ServerInfo info)
        {
            var command = default(WireCommand);
            info = null!;
            if (!_reader!.TryRead(ref command))
                return false;
            if (command.Kind == WireKind.Error)
                throw new NatsServerException(Encoding.UTF8.GetString(command.Text));
            if (command.Kind != WireKind.Info)
                throw new NatsProtocolViolationException("Protocol violation by the server: it did not begin with INFO");
            info = ServerInfo.Parse(command.Text);
            return true;
        }
    }

    private async Task<ServerInfo> ReadPongAsync(ServerInfo info)
    {
        while (!TryReadPong(ref info))
            await ReceiveAsync().ConfigureAwait(false);
        return info;

        bool TryReadPong(ref ServerInfo latest)
        {
            var command = default(WireCommand);
            while (_reader!.TryRead(ref command))
            {
                switch (command.Kind)
                {
                    case WireKind.Pong:
                        return true;
                    case WireKind.Info:
                        latest = ServerInfo.Parse(command.Text);
                        break;
                    case WireKind.Error:
                        throw new NatsServerException(Encoding.UTF8.GetString(command.Text));
                    case WireKind.Msg:
                        throw new NatsProtocolViolationException("Protocol violation by the server: a message before the handshake");
                    default:
                        break;
                }
            }

            return false;
        }
    }

    private async ValueTask ReceiveAsync()
    {
        if (!await _reader!.ReceiveAsync().ConfigureAwait(false))
            throw new NatsException($"{address} closed the connection during the handshake");
    }

    private void Abort()
    {
        if (_socket is { } socket)
            socket.DisposeAsync().AsTask().ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
    }
}
