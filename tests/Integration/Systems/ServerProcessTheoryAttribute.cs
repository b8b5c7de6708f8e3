using RideIngest.LocalServers.Containers;

namespace RideIngest.Integration.Systems;

/// <summary>As <see cref="ServerProcessFactAttribute"/>, for a theory.</summary>
internal sealed class ServerProcessTheoryAttribute : TheoryAttribute
{
    public ServerProcessTheoryAttribute()
    {
        if (ServerContainers.AreChosen)
            Skip = ServerProcessFactAttribute.Reason;
    }
}
