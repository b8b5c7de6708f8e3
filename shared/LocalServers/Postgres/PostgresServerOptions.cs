using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>What a private Postgres is to be like. The defaults keep what they say they kept; tests may ask for less.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>A server that runs already, as an Npgsql connection string. Nothing is started then.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Where everything rests. Null: a temporary directory, removed when the server is disposed of.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Null: a free one.</summary>
    public int? Port { get; init; }

    /// <summary>The programs to run. Null: those that <see cref="ServerBinaries"/> finds.</summary>
    public PostgresBinaries? Binaries { get; init; }

    public int MaxConnections { get; init; } = 200;

    /// <summary>
    /// A commit is on the disk when it is answered. False is for tests alone: faster, and a crash of the machine (not of
    /// the server) may corrupt the data.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Further settings, as in postgresql.conf; they win over ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Told what is being waited for.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Told each line of the server's log.</summary>
    public Action<string>? Log { get; init; }
}
