using RideIngest.Consumer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Consumer.Storing;

/// <summary>Keeps dead letters, retrying until they are committed. Their frames are not acked before that.</summary>
internal sealed class DeadLetterBox(DeadLetterStore store, StoreGate gate, Catalog catalog)
{
    /// <summary>
    /// Keeps letters. Those of a kind that is not known share one name for it, in the table and in metrics; the subject has the other one.
    /// </summary>
    public async Task KeepAsync(IEnumerable<DeadLetter> letters, CancellationToken cancellationToken)
    {
        List<DeadLetter> named =
        [
            .. letters.Select(letter => catalog.Find(letter.Kind, out _) ? letter : letter with { Kind = ConsumerTelemetry.UnknownKind }),
        ];
        await gate.RunAsync(
            async token =>
            {
                await store.AddAsync(named, token);
                return true;
            },
            cancellationToken);
        foreach (var letter in named)
            ConsumerTelemetry.DeadLetter(letter.Kind, letter.Code);
    }
}
