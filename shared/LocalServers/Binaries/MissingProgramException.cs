using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Binaries;

/// <summary>A server's program is neither installed nor available as a package.</summary>
internal sealed class MissingProgramException(string program, string message) : LocalServerException(message)
{
    public string Program => program;
}
