using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>A private Postgres: a process of this machine, or a container.</summary>
internal interface IPostgresRun : IServerRun
{
    Version Version { get; }

    /// <summary>Where Postgres's own files are.</summary>
    string Files { get; }

    string ConnectionString(string database);
}
