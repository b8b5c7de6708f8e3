using RideIngest.Consumer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Consumer.Storing;

/// <summary>Keeps dead letters, retrying until they are committed. Their frames are not acked before that.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, StoreGate gate)
{
    /// <param name="kind">The kind of all letters; null for an unknown one. The publisher's name for it goes into the letter but not into
    /// metric labels.</param>
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
