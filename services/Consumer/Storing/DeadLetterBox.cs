using RideIngest.Consumer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Consumer.Storing;

/// <summary>Keeps dead letters for as long as it takes: what they came from is not acked before they are committed.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, StoreGate gate)
{
    /// <param name="kind">Of all of them; null for one that nobody knows. What a publisher calls it is for the letter, not for the metrics'
    /// labels.</param>
    public async Task KeepAsync(IReadOnlyCollection<DeadLetter> letters, Kind? kind, CancellationToken cancellationToken)
    {
        await gate.RunAsync(
            async token =>
            {
                await store.AddAsync(letters, token);
                return true;
            },
            cancellationToken);
        foreach (var letter in letters)
            ConsumerTelemetry.DeadLetter(kind?.Name ?? ConsumerTelemetry.UnknownKind, letter.Code);
    }
}
