using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>What a private nats-server is to be like. The defaults suit Standalone: JetStream, a random port, temporary data.</summary>
public sealed record NatsServerOptions
{
    /// <summary>A server that runs already, as <c>nats://host:port</c>, several separated by commas. Nothing is started then.</summary>
    public string? Url { get; init; }

    /// <summary>Where everything rests. Null: a temporary directory, removed when the server is disposed of.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Null: a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Null: no monitoring over HTTP. 0: on a free port.</summary>
    public int? MonitorPort { get; init; }

    /// <summary>The program to run. Null: the one that <see cref="ServerBinaries"/> finds.</summary>
    public string? Binary { get; init; }

    /// <summary>The server's name, as clients see it. Null: a name of its own.</summary>
    public string? Name { get; init; }

    public bool JetStream { get; init; } = true;

    /// <summary>
    /// JetStream writes to the disk before it answers (<c>sync_interval: always</c>). nats-server 2.9 does not know this: it
    /// syncs every two minutes, whatever this says, and <see cref="NatsServer.SyncsAlways"/> tells so.
    /// </summary>
    public bool SyncAlways { get; init; } = true;

    /// <summary>
    /// Clients need a user and a password, which <see cref="NatsServer.Url"/> holds. False: <see cref="Config"/> names the users, or
    /// everybody may connect.
    /// </summary>
    public bool RequirePassword { get; init; } = true;

    /// <summary>The password that clients need. Null: a random one, kept in the data directory. A cluster's servers share one.</summary>
    public string? Password { get; init; }

    /// <summary>Further configuration, in nats-server's own language: users, TLS, limits.</summary>
    public string Config { get; init; } = "";

    /// <summary>Told what is being waited for.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Told each line of the server's log.</summary>
    public Action<string>? Log { get; init; }

    internal NatsRoutes? Routes { get; init; }

    internal int? PickMonitorPort() => MonitorPort is 0 ? FreePort.Pick() : MonitorPort;

    /// <summary>The one that was given, else the directory's own; null while none is asked for.</summary>
    internal async Task<string?> PasswordAsync(DataDirectory directory, CancellationToken cancellationToken) =>
        RequirePassword ? Password ?? await PasswordFile.OfAsync(directory, cancellationToken).ConfigureAwait(false) : null;
}
