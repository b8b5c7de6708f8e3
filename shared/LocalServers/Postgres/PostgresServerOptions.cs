using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>Options of a private Postgres. The defaults are durable; tests may relax them.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>The Npgsql connection string of an external server. If set, no server is started.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The data directory. Null: a temporary directory, removed on dispose.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The port. Null: a free port.</summary>
    public int? Port { get; init; }

    /// <summary>The programs to run. Null: the programs that <see cref="ServerBinaries"/> finds.</summary>
    public PostgresBinaries? Binaries { get; init; }

    public int MaxConnections { get; init; } = 200;

    /// <summary>
    /// A commit is on disk before it is answered. False is for tests only: faster, but a crash of the machine (not of the server) may
    /// corrupt the data.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Additional settings as in postgresql.conf; they override ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Receives progress messages.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Receives each line of the server's log.</summary>
    public Action<string>? Log { get; init; }
}
