using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Enrich;

/// <summary>The role description: says in a sentence what happened.</summary>
internal sealed class DescriptionStep : IStep
{
    public Task TakeAsync(IReadOnlyList<CasinoEvent> events, CancellationToken cancellationToken)
    {
        foreach (var e in events)
            e.Description = Description.Of(e);
        return Task.CompletedTask;
    }
}
