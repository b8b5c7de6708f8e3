using RideIngest.LocalServers.Containers;

namespace RideIngest.Integration.Systems;

/// <summary>A test that signals a server or looks at its files. Skipped where private servers run in containers.</summary>
internal sealed class ServerProcessFactAttribute : FactAttribute
{
    internal const string Reason = "It needs servers that are processes of this machine, and they run in containers here.";

    public ServerProcessFactAttribute()
    {
        if (ServerContainers.AreChosen)
            Skip = Reason;
    }
}
