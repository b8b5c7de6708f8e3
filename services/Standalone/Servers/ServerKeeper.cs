using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.Standalone.Servers;

/// <summary>Restarts a private server that ended unexpectedly, with the same data and port, so that clients reconnect.</summary>
internal sealed partial class ServerKeeper(PrivateServers servers, ILogger<ServerKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(servers.Kept.Select(server => KeepAsync(server, stoppingToken)));

    private async Task KeepAsync(KeptServer server, CancellationToken cancellationToken)
    {
        var persistently = Persistently.Retry(
            FirstPause,
            LongestPause,
            on: e => e is LocalServerException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception,
            waits: (trouble, pause) => NotYet(server.Name, trouble.Message, Duration.Format(pause)));
        for (; ; await Task.Delay(Interval, cancellationToken))
        {
            if (!server.IsRunning())
                await persistently.ExecuteAsync(RestartAsync, cancellationToken);
        }

        async ValueTask RestartAsync(CancellationToken token)
        {
            Ended(server.Name);
            await server.RestartAsync(token);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "The private {Server} server ended unexpectedly; restarting it with the same data")]
    private partial void Ended(string server);

    [LoggerMessage(2202, LogLevel.Error, "The private {Server} server cannot be restarted: {Reason}. Retrying in {Pause}")]
    private partial void NotYet(string server, string reason, string pause);
}

/// <summary>A server that this process started and keeps running.</summary>
internal sealed record KeptServer(string Name, Func<bool> IsRunning, Func<CancellationToken, Task> RestartAsync);
