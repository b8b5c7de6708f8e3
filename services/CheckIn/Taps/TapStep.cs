using Polly;
using RideIngest.CheckIn.Events;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Taps;

/// <summary>
/// Stores taps that waited in the stream, in their order: while Postgres is away it waits, because what it returned would come again behind
/// others.
/// </summary>
internal sealed class TapStep(TapTable table) : Step<Tap>
{
    private readonly ResiliencePipeline _persistently = Persistently.Retry(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), StoreUnavailableException.Covers);

    public override async Task<StepResult[]> RunAsync(Batch<Tap> batch, CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, batch.Events.Count).OrderBy(place => batch.Events[place].At).ToArray();
        TracedTap[] taps = [.. order.Select(place => new TracedTap(batch.Events[place], batch.Origin(place).Trace))];
        var outcomes = await _persistently.ExecuteAsync(
            async token => await table.StoreAsync(taps, isLive: false, sent: null, token), cancellationToken);
        var results = StepResult.Each(taps.Length);
        foreach (var (place, outcome) in order.Zip(outcomes))
            results[place] = ResultOf(outcome);
        return results;
    }

    private static StepResult ResultOf(TapOutcome outcome) => outcome.End switch
    {
        TapEnd.OutOfOrder => StepResult.DeadLetter("out_of_order", "a later tap of the employee was stored before"),
        TapEnd.OtherKey => StepResult.DeadLetter("key_reused", "its Idempotency-Key was used for another employee"),
        TapEnd.Refused => StepResult.DeadLetter("refused", $"Postgres refuses it: {outcome.Reason}", DeadLetterClass.System),
        _ => StepResult.Done,
    };
}
