using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;
using RideIngest.Casino.Telemetry;

namespace RideIngest.Casino.Aggregates;

/// <summary>The role aggregates: the end of the way. Each event is counted and printed.</summary>
internal sealed class AggregatesStep(EventAggregates aggregates, EventOutput output) : IStep
{
    public async Task TakeAsync(IReadOnlyList<CasinoEvent> events, CancellationToken cancellationToken)
    {
        var fresh = aggregates.Count(events);
        CasinoTelemetry.EventsRepeated(events.Count - fresh.Count);
        await output.WriteAsync(fresh);
    }
}
