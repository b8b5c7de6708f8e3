using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>Options of a private nats-server. The defaults suit Standalone: JetStream, a random port, temporary data.</summary>
public sealed record NatsServerOptions
{
    /// <summary>URLs of an external server, separated by commas. If set, no server is started.</summary>
    public string? Url { get; init; }

    /// <summary>The data directory. Null: a temporary directory, removed on dispose.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The port. Null: a free port.</summary>
    public int? Port { get; init; }

    /// <summary>The HTTP monitoring port. Null: no monitoring. 0: a free port.</summary>
    public int? MonitorPort { get; init; }

    /// <summary>The program to run. Null: the program that <see cref="ServerBinaries"/> finds.</summary>
    public string? Binary { get; init; }

    /// <summary>The server's name. Null: a generated name.</summary>
    public string? Name { get; init; }

    public bool JetStream { get; init; } = true;

    /// <summary>
    /// JetStream syncs to disk before it answers (<c>sync_interval: always</c>). nats-server 2.9 ignores this and syncs every two minutes;
    /// then <see cref="NatsServer.SyncsAlways"/> is false.
    /// </summary>
    public bool SyncAlways { get; init; } = true;

    /// <summary>
    /// Clients need the user and password in <see cref="NatsServer.Url"/>. False: <see cref="Config"/> defines the users, or anyone may
    /// connect.
    /// </summary>
    public bool RequirePassword { get; init; } = true;

    /// <summary>The password. Null: a random one, stored in the data directory. Servers of a cluster share one.</summary>
    public string? Password { get; init; }

    /// <summary>Additional nats-server configuration: users, TLS, limits.</summary>
    public string Config { get; init; } = "";

    /// <summary>Receives progress messages.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Receives each line of the server's log.</summary>
    public Action<string>? Log { get; init; }

    internal NatsRoutes? Routes { get; init; }

    internal int? PickMonitorPort() => MonitorPort is 0 ? FreePort.Pick() : MonitorPort;

    /// <summary>The given password or the directory's own; null if clients need none.</summary>
    internal async Task<string?> PasswordAsync(DataDirectory directory, CancellationToken cancellationToken) =>
        RequirePassword ? Password ?? await PasswordFile.OfAsync(directory, cancellationToken).ConfigureAwait(false) : null;
}
