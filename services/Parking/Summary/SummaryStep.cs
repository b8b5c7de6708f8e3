using RideIngest.Parking.Events;
using RideIngest.Parking.Telemetry;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Summary;

/// <summary>
/// Has the summary server write visits, one request per batch. A stage runs one batch at a time for each of its subjects, which bounds the
/// requests in flight.
/// </summary>
internal sealed class SummaryStep(SummaryCalls server) : Step<Visit>
{
    public override async Task<StepResult[]> RunAsync(Batch<Visit> batch, CancellationToken cancellationToken)
    {
        var (refused, missing) = await server.WriteAsync(batch.Events.Select(VehicleSummary.Of).ToArray(), cancellationToken);
        if (missing is not null)
            return StepResult.Each(batch.Events.Count, StepResult.Retry(missing));
        var results = StepResult.Each(batch.Events.Count);
        var written = DateTimeOffset.UtcNow;
        for (var i = 0; i < results.Length; i++)
        {
            if (refused.TryGetValue(i, out var reason))
                results[i] = StepResult.DeadLetter("refused", $"the summary server refuses it: {reason}", DeadLetterClass.Partner);
            else
                ParkingTelemetry.Summary.Record((written - batch.Events[i].AcceptedAt).TotalSeconds);
        }
        return results;
    }
}
