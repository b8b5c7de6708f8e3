using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>A private Postgres in a process or a container.</summary>
internal interface IPostgresRun : IServerRun
{
    Version Version { get; }

    /// <summary>The location of Postgres' own files.</summary>
    string Files { get; }

    string ConnectionString(string database);
}
