using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Documents;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Receipts;

/// <summary>Says what is known about a record that is not stored: its open dead letter, and its last failure.</summary>
internal sealed class MissingRecords(ReceiptLookup lookup, DeadLetterSearch letters, FailureStore failures)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public async Task<Problem> DescribeAsync(Kind kind, long id, Caller? caller, CancellationToken cancellationToken)
    {
        var (letter, failure) = await FindAsync(kind, id.ToString(CultureInfo.InvariantCulture), caller, cancellationToken);
        var known = new JsonObject();
        if (letter is not null)
            known["dead_letter"] = JsonSerializer.SerializeToNode(MissingLetter.Of(letter), Json);
        if (failure is not null)
            known["last_failure"] = JsonSerializer.SerializeToNode(MissingFailure.Of(failure), Json);
        return Refusals.NotFound($"No record with the id {id} is stored in {kind.Name}.{Known(letter, failure)}") with
        {
            Id = id,
            Extensions = known,
        };
    }

    private async Task<(KeptDeadLetter? Letter, RecordedFailure? Failure)> FindAsync(
        Kind kind, string key, Caller? caller, CancellationToken cancellationToken)
    {
        var open = new DeadLetterFilter
        {
            System = RidesSystem.Name,
            Stage = RidesSystem.StoreStage,
            Kind = kind.Name,
            Key = key,
            State = DeadLetterState.Open,
        };
        var own = new FailureFilter { Kind = kind.Name, Key = key, Sender = FailureEndpoint.SenderThatMayBeSeenBy(caller) };
        try
        {
            var kept = await lookup.AskAsync(() => letters.ListAsync(open, null, 1), cancellationToken);
            var recorded = await lookup.AskAsync(() => failures.ListAsync(own, null, 1), cancellationToken);
            return (kept.Letters is [var letter] ? letter : null, recorded.Failures is [var failure] ? failure : null);
        }
        catch (StoreUnavailableException)
        {
            // That the record is not stored is known, and true without them.
            return (null, null);
        }
    }

    private static string Known(KeptDeadLetter? letter, RecordedFailure? failure) => (letter, failure) switch
    {
        ({ } kept, _) => string.Create(CultureInfo.InvariantCulture, $" One was rejected, and is kept as the dead letter {kept.Id}."),
        (_, { } last) => $" One was last refused with {last.Code}.",
        _ => "",
    };
}
