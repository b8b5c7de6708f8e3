using RideIngest.Parking.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Pairing;

/// <summary>The stages entries and exits: adds events, and pairs each exit with its entry.</summary>
internal sealed class PairStep<TEvent>(PairingTable pairing) : Step<TEvent>
    where TEvent : GateEvent
{
    public override async Task<StepResult[]> RunAsync(Batch<TEvent> batch, CancellationToken cancellationToken)
    {
        var results = StepResult.Each(batch.Events.Count);
        if (results.Length == 0)
            return results;
        foreach (var place in await pairing.AddAsync(batch, cancellationToken))
        {
            results[place] = StepResult.DeadLetter(
                "conflict", "Another event with this id has another plate or time. The first one stays.");
        }
        return results;
    }
}
