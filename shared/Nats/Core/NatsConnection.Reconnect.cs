using Microsoft.Extensions.Logging;

namespace NATS.Client.Core;

public partial class NatsConnection
{
    /// <summary>The first connection: each server once, unless RetryOnInitialConnect. Null when there is none.</summary>
    private async Task<ServerLink?> FirstLinkAsync()
    {
        if (Opts.RetryOnInitialConnect)
            return await NextLinkAsync().ConfigureAwait(false);

        var failed = new List<(ServerAddress Server, Exception Error)>();
        var (link, error) = await TryRoundAsync((server, e) => failed.Add((server, e))).ConfigureAwait(false);

        // Of servers that were passed over for one that took us, nobody else tells. Otherwise whoever asked is told, and may ask again at once: that is no
        // line for each.
        var level = link is null ? LogLevel.Debug : LogLevel.Warning;
        foreach (var (server, e) in failed)
            NatsLog.ConnectFailed(_logger, level, server, attempt: 1, e.Message);
        if (link is not null)
            return link;

        var servers = string.Join(',', _servers.NextRound().Select(server => server.Uri));
        lock (_gate)
        {
            // Closed, not failed: the next use tries again.
            var opened = _opened!;
            _opened = null;
            _state = (int)NatsConnectionState.Closed;
            opened.TrySetException(new NatsException($"can not connect uris: {servers}", error!));
        }

        return null;
    }

    /// <summary>Rounds over all servers, with back-off between them. Null when disposed or given up.</summary>
    private async Task<ServerLink?> NextLinkAsync()
    {
        try
        {
            // A server that went away took all its clients along; they should not all come back in the same instant.
            await Task.Delay(Opts.ReconnectJitter * Random.Shared.NextDouble(), _lifetime.Token).ConfigureAwait(false);
            for (var round = 1; ; round++)
            {
                var (link, error) = await TryRoundAsync(Failed).ConfigureAwait(false);
                if (link is not null)
                    return link;
                if (error is GivenUpException || (Opts.MaxReconnectRetry > 0 && round > Opts.MaxReconnectRetry))
                {
                    GiveUp(error is GivenUpException ? error.Message : "Max connect retry exceeded.");
                    return null;
                }

                await Opts.BackoffWithJitterAsync(round, _lifetime.Token).ConfigureAwait(false);

                void Failed(ServerAddress server, Exception e) => NatsLog.ConnectFailed(_logger, LogLevel.Warning, server, round, e.Message);
            }
        }
        catch (OperationCanceledException) when (_lifetime.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<(ServerLink? Link, Exception? Error)> TryRoundAsync(Action<ServerAddress, Exception> failed)
    {
        Exception? error = null;
        GivenUpException? givenUp = null;
        foreach (var server in _servers.NextRound())
        {
            try
            {
                var handshake = new Handshake(this, server, _servers.TlsHostOf(server), _servers.FirstUserInfo);
                var link = await handshake.ConnectAsync(_lifetime.Token).ConfigureAwait(false);
                return (link, null);
            }
            catch (Exception e) when (!_lifetime.IsCancellationRequested)
            {
                error = e;
                failed(server, e);
                _events.Raise(nameof(ReconnectFailed), ReconnectFailed, this, new NatsEventArgs(server.Uri.ToString()));
                if (e is NatsServerException refused)
                    OnServerError(refused.Error);
                if (IsRefusedAgain(server, e))
                    givenUp ??= new GivenUpException($"{server} refused the credentials twice: {e.Message}");
            }
            catch (Exception e)
            {
                return (null, e);
            }
        }

        return (null, givenUp ?? error);
    }

    private bool IsRefusedAgain(ServerAddress server, Exception error)
    {
        if (error is not NatsServerException { IsAuthError: true } refused || Opts.IgnoreAuthErrorAbort)
            return false;
        var again = _authErrors.TryGetValue(server, out var last) && last == refused.Error;
        _authErrors[server] = refused.Error;
        return again;
    }

    private void GiveUp(string why)
    {
        NatsLog.GaveUp(_logger, why);
        var reason = new NatsConnectionFailedException(why);
        lock (_gate)
        {
            _state = (int)NatsConnectionState.Failed;
            _opened!.TrySetException(reason);
        }

        CloseForGood(reason);
        foreach (var sub in Subscriptions.Snapshot())
            sub.Fail(reason);
    }

    private sealed class GivenUpException(string message) : Exception(message);
}
