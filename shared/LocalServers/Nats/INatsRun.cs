using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>A private nats-server: a process of this machine, or a container.</summary>
internal interface INatsRun : IServerRun
{
    string Name { get; }

    Version Version { get; }

    int Port { get; }

    int? MonitorPort { get; }

    /// <summary>Null while none is asked for.</summary>
    string? Password { get; }

    bool SyncsAlways { get; }

    /// <summary>Where JetStream's files are, to be shown.</summary>
    string Files { get; }
}
