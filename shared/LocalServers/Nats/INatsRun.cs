using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>A private nats-server in a process or a container.</summary>
internal interface INatsRun : IServerRun
{
    string Name { get; }

    Version Version { get; }

    int Port { get; }

    int? MonitorPort { get; }

    /// <summary>Null if clients need no password.</summary>
    string? Password { get; }

    bool SyncsAlways { get; }

    /// <summary>The location of JetStream's files, for display.</summary>
    string Files { get; }
}
