using RideIngest.Records.DeadLetters;

namespace RideIngest.Consumer.Storing;

/// <summary>Keeps dead letters for as long as it takes: what they came from is not acked before they are committed.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, StoreGate gate)
{
    public async Task KeepAsync(IReadOnlyCollection<DeadLetter> letters, CancellationToken cancellationToken)
    {
        await gate.RunAsync(
            async token =>
            {
                await store.AddAsync(letters, token);
                return true;
            },
            cancellationToken);
        foreach (var letter in letters) ConsumerTelemetry.DeadLetter(letter.Kind, letter.ErrorCode);
    }
}
