using RideIngest.Casino.Events;
using RideIngest.Casino.Telemetry;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Aggregates;

/// <summary>The last role, aggregates: counts and prints each event.</summary>
internal sealed class AggregatesStep(EventAggregates aggregates, EventOutput output) : Step<CasinoEvent>
{
    public override async Task<StepResult[]> RunAsync(Batch<CasinoEvent> batch, CancellationToken cancellationToken)
    {
        var fresh = aggregates.Count(batch.Events);
        CasinoTelemetry.EventsRepeated(batch.Events.Count - fresh.Count);
        await output.WriteAsync(fresh);
        return StepResult.Each(batch.Events.Count);
    }
}
