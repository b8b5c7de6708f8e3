using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using Polly;
using RideIngest.Contracts.Outcomes;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Receipts;

/// <summary>
/// Looks up the outcome of an accepted record, on any instance: by its row, its dead letter, or the consumers' position in the stream.
/// </summary>
internal sealed class ReceiptLookup(NpgsqlDataSource database, Catalog catalog, INatsConnection nats, SpineSettings spine, SpineLink link)
    : IDisposable
{
    private const int NoMessageFound = 10037;

    private static readonly TimeSpan NatsAnswersWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PostgresAnswersWithin = TimeSpan.FromSeconds(5);

    // Bounds concurrent queries: while Postgres hangs, each ends by its command timeout, and Npgsql then blocks a thread to cancel it.
    private readonly SemaphoreSlim _asking = new(8);

    private readonly ResiliencePipeline _twice = StalePool.RetryOnce(database);
    private readonly DeadLetterStore _deadLetters = new(database);
    private readonly Dictionary<string, StoredRecords> _stored = catalog.Kinds.ToDictionary(
        kind => kind.Name, kind => new StoredRecords(database, kind));

    /// <exception cref="StoreUnavailableException">Postgres cannot be reached.</exception>
    public Task<StoredRecord?> FindRowAsync(string kind, long id, CancellationToken cancellationToken) =>
        AskAsync(() => _stored[kind].FindAsync(id), cancellationToken);

    /// <exception cref="StoreUnavailableException">Postgres cannot be reached, or NATS when it is needed.</exception>
    public async Task<ReceiptState> FindAsync(Receipt receipt, CancellationToken cancellationToken)
    {
        if (await InRowAsync(receipt, cancellationToken) is { } stored)
            return stored;

        // The frame may be settled even though an earlier one is not. It is looked up only if there is a dead letter, which may be of the
        // same record sent earlier.
        var settled = await IsPastAsync(receipt.Sequence, cancellationToken)
            || (await InDeadLetterAsync(receipt, cancellationToken) is not null && await IsGoneAsync(receipt.Sequence, cancellationToken));
        if (!settled)
            return new ReceiptState(Status.Accepted);

        // Consumers commit before they ack, so records settled since the first query are visible now.
        return await InRowAsync(receipt, cancellationToken)
            ?? await InDeadLetterAsync(receipt, cancellationToken)
            ?? new ReceiptState(
                Status.Failed,
                "consumers have settled it, but it has neither a row nor a dead letter: its frame is kept whole in "
                    + "ops.dead_letters, or it was deleted later");
    }

    public void Dispose() => _asking.Dispose();

    private async Task<ReceiptState?> InRowAsync(Receipt receipt, CancellationToken cancellationToken) =>
        await FindRowAsync(receipt.Kind, receipt.Id, cancellationToken) switch
        {
            null => null,
            { } row when row.Digest == receipt.Digest => new ReceiptState(Status.Stored),
            _ => new ReceiptState(Status.Conflict, $"another record with the id {receipt.Id} is stored"),
        };

    private async Task<ReceiptState?> InDeadLetterAsync(Receipt receipt, CancellationToken cancellationToken) =>
        await AskAsync(() => FindLetterAsync(receipt), cancellationToken) switch
        {
            null or { State: DeadLetterState.Replayed } => null,
            { State: DeadLetterState.Discarded, Letter: var letter } => new ReceiptState(
                Status.Failed, $"{letter.Message} ({letter.Code}); its dead letter was discarded"),
            { Letter: var letter } => new ReceiptState(Status.Failed, $"{letter.Message} ({letter.Code})"),
        };

    private Task<KeptDeadLetter?> FindLetterAsync(Receipt receipt) => _deadLetters.FindAsync(
        RidesSystem.Name, RidesSystem.StoreStage, receipt.Kind, receipt.Id.ToString(CultureInfo.InvariantCulture), receipt.Digest);

    /// <summary>Asks Postgres, for a limited time, and together with a limited number of others.</summary>
    /// <exception cref="StoreUnavailableException">Postgres cannot be reached.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PostgresAnswersWithin);
        try
        {
            await _asking.WaitAsync(limit.Token);
            var asked = _twice.ExecuteAsync(async _ => await ask(), CancellationToken.None).AsTask();
            _ = asked.ContinueWith(
                _ => _asking.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return await asked.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StoreUnavailableException(PostgresFailure.Describe(database, late), late);
        }
    }

    /// <summary>Whether consumers have settled everything up to this sequence; false if NATS cannot be reached.</summary>
    private async Task<bool> IsPastAsync(ulong sequence, CancellationToken cancellationToken)
    {
        if (link.Store is not { } store || sequence == 0)
            return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(NatsAnswersWithin);
        try
        {
            await store.RefreshAsync(limit.Token);
            return store.Info.AckFloor.StreamSeq >= sequence;
        }
        catch (Exception away) when (IsAway(away, cancellationToken))
        {
            return false;
        }
    }

    /// <summary>Whether the frame has left the stream: a work queue deletes settled frames.</summary>
    /// <exception cref="StoreUnavailableException">NATS cannot be reached.</exception>
    private async Task<bool> IsGoneAsync(ulong sequence, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(NatsAnswersWithin);
        try
        {
            var stream = await new NatsJSContext(nats).GetStreamAsync(spine.Stream, cancellationToken: limit.Token);
            await stream.GetAsync(new StreamMsgGetRequest { Seq = sequence }, limit.Token);
            return false;
        }
        catch (NatsJSApiException none) when (none.Error.ErrCode == NoMessageFound)
        {
            return true;
        }
        catch (Exception away) when (IsAway(away, cancellationToken))
        {
            throw new StoreUnavailableException(away.Message, away);
        }
    }

    private static bool IsAway(Exception e, CancellationToken cancellationToken) =>
        e is NatsException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
