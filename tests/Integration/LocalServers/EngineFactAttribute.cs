using RideIngest.LocalServers.Containers;

namespace RideIngest.Integration.LocalServers;

/// <summary>A test that starts containers. Skipped where no container engine answers.</summary>
internal sealed class EngineFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> Answers = new(() => Task.Run(() => ServerContainers.CanRunAsync()).GetAwaiter().GetResult());

    public EngineFactAttribute()
    {
        if (!Answers.Value)
            Skip = "No container engine answers: start one, and set DOCKER_HOST if its socket is not where Docker's is.";
    }
}
