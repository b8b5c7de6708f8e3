using Npgsql;
using Polly;
using Polly.CircuitBreaker;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Retries;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Rides;
using Outcome = RideIngest.Contracts.Outcomes.Outcome;

namespace RideIngest.Producer.Sending;

/// <summary>What came of storing a frame without the stream.</summary>
/// <param name="Outcomes">By record; null when the store is away as well.</param>
/// <param name="MayBeStored">It failed with the work begun: some records may be committed.</param>
internal readonly record struct DirectlyStored(Outcome[]? Outcomes, bool MayBeStored = false);

/// <summary>
/// The way around the stream: the same store that consumers use. A frame that did get into the stream as well does no harm, since what is
/// stored twice is a duplicate.
/// </summary>
internal sealed partial class DirectStore(
    NpgsqlDataSource database, PostgresPing ping, Migrations migrations, Catalog catalog, SpineSettings settings,
    ILogger<DirectStore> logger)
    : IAsyncDisposable
{
    // Who waits here has waited for the stream already.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoresWithin = TimeSpan.FromSeconds(10);

    // Opens at a failure, unless that was the only call of the last 30 s: a crowd need not find out one by one.
    private readonly ResiliencePipeline _breaker = new ResiliencePipelineBuilder { TimeProvider = SteadyTime.Instance }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = args => new(IsTrouble(args.Outcome.Exception)),
            FailureRatio = 0,
            MinimumThroughput = 2,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = TimeSpan.FromSeconds(1),
        })
        .Build();

    private readonly BatchStores _stores = new(catalog, database);

    /// <summary>Whether records may go this way at all.</summary>
    public bool IsOn => settings.Fallback == RideIngest.Streams.Rides.Fallback.Postgres;

    /// <summary>Whether a frame could be stored now.</summary>
    public async Task<bool> IsThereAsync()
    {
        try
        {
            await ping.AskAsync(AnswersWithin);
            return migrations.Applied.IsCompletedSuccessfully;
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException)
        {
            return false;
        }
    }

    public async Task<DirectlyStored> StoreAsync(OutgoingFrame frame)
    {
        if (!IsOn || !migrations.Applied.IsCompletedSuccessfully)
            return default;
        var begun = false;
        try
        {
            return await _breaker.ExecuteAsync(async token =>
            {
                // Apart from the store's own connecting: that nothing has begun is what makes a 503 true.
                await ping.AskAsync(AnswersWithin, token);
                begun = true;
                using var late = new CancellationTokenSource(StoresWithin);
                return new DirectlyStored(await _stores[frame.Kind].StoreAsync(frame.ToIncoming(), late.Token));
            });
        }
        catch (BrokenCircuitException)
        {
            return default;
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            AwayAsWell(frame.Count, frame.Kind.Name, trouble.Message);
            return new DirectlyStored(null, begun);
        }
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private static bool IsTrouble(Exception? e) =>
        e is StoreUnavailableException or NpgsqlException or TimeoutException or IOException or OperationCanceledException;

    [LoggerMessage(2003, LogLevel.Warning,
        "{Count} {Kind} could neither be published nor stored directly ({Reason}); their senders are told to try again")]
    private partial void AwayAsWell(int count, string kind, string reason);
}
