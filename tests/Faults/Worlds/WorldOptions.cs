namespace RideIngest.Faults.Worlds;

/// <summary>What a world consists of. Scenarios that want the same one share it.</summary>
internal sealed record WorldOptions
{
    public static WorldOptions Usual { get; } = new();

    public static WorldOptions Cluster { get; } = new() { Nodes = 3 };

    /// <summary>No producers and no consumers: the casino, a process for each role.</summary>
    public static WorldOptions OfCasino { get; } = new() { Casino = true, Producers = 0, Consumers = 0 };

    public bool Casino { get; init; }

    /// <summary>nats-servers; the stream has as many replicas.</summary>
    public int Nodes { get; init; } = 1;

    /// <summary>The version of nats-server; null for the one that Standalone would use.</summary>
    public string? NatsVersion { get; init; }

    public int Producers { get; init; } = 2;

    public int Consumers { get; init; } = 2;

    /// <summary>What the stream holds.</summary>
    public string StreamBytes { get; init; } = "256MB";

    /// <summary>Connections that Postgres takes.</summary>
    public int PostgresConnections { get; init; } = 100;

    /// <summary>Where records go while NATS is away: <c>postgres</c> or <c>none</c>.</summary>
    public string Fallback { get; init; } = "postgres";

    /// <summary>Whether our processes use a role that owns its database and is no superuser, so that a right can be taken away.</summary>
    public bool Role { get; init; }

    /// <summary>Whether each process of ours has a clock that can be set.</summary>
    public bool Clocks { get; init; }

    /// <summary>Keeps Postgres' files on a disk of this many megabytes; 0 for no limit. Needs root.</summary>
    public int PostgresDiskMegabytes { get; init; }
}
