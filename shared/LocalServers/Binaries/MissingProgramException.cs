using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Binaries;

/// <summary>A server's program is neither on this machine nor in a package that it can fetch.</summary>
internal sealed class MissingProgramException(string program, string message) : LocalServerException(message)
{
    public string Program => program;
}
