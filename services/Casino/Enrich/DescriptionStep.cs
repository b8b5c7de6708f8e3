using RideIngest.Casino.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Enrich;

/// <summary>The role description: adds a sentence that describes the event.</summary>
internal sealed class DescriptionStep : Step<CasinoEvent>
{
    public override Task<StepResult[]> RunAsync(Batch<CasinoEvent> batch, CancellationToken cancellationToken)
    {
        foreach (var e in batch.Events)
            e.Description = Description.Of(e);
        return Task.FromResult(StepResult.Each(batch.Events.Count));
    }
}
