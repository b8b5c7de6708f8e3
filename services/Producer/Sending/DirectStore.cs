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

/// <summary>The result of storing a frame directly.</summary>
/// <param name="Outcomes">The outcome of each record; null if Postgres is unavailable as well.</param>
/// <param name="MayBeStored">The attempt failed after the work began, so some records may be committed.</param>
internal readonly record struct DirectlyStored(Outcome[]? Outcomes, bool MayBeStored = false);

/// <summary>
/// Stores frames directly in Postgres while the stream is unavailable, with the same code as consumers. A frame that is also in the stream
/// does no harm, because storing it again yields duplicates.
/// </summary>
internal sealed partial class DirectStore(
    NpgsqlDataSource database, PostgresPing ping, Migrations migrations, Catalog catalog, SpineSettings settings,
    ILogger<DirectStore> logger)
    : IAsyncDisposable
{
    // Short, because senders have already waited for the stream.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StoresWithin = TimeSpan.FromSeconds(10);

    // Opens at the first failure if there was another call in the last 30 s, so that concurrent callers do not each wait for a timeout.
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

    private readonly Repeats _refusals = new();

    private readonly BatchStores _stores = new(catalog, database);

    /// <summary>Whether direct storage is enabled.</summary>
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
                // Connects before any work begins, so that a failure here means that nothing was stored.
                await ping.AskAsync(AnswersWithin, token);
                begun = true;
                using var late = new CancellationTokenSource(StoresWithin);
                return new DirectlyStored(await _stores[frame.Kind].StoreAsync(frame.ToIncoming(), late.Token));
            });
        }
        catch (BrokenCircuitException broken)
        {
            Refused(frame, broken.InnerException ?? broken);
            return default;
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            Refused(frame, trouble);
            return new DirectlyStored(null, begun);
        }
    }

    /// <summary>Logs once that records are kept again, by the stream or by Postgres.</summary>
    public void Keeps()
    {
        if (_refusals.End() is > 0 and var frames)
            KeepsAgain(frames);
    }

    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    private static bool IsTrouble(Exception? e) =>
        e is StoreUnavailableException or NpgsqlException or TimeoutException or IOException or OperationCanceledException;

    private void Refused(OutgoingFrame frame, Exception trouble)
    {
        var reason = PostgresFailure.Describe(database, trouble);
        if (_refusals.Next(reason) is { } repeated)
            AwayAsWell(frame.Count, frame.Kind.Name, reason, repeated);
    }

    [LoggerMessage(2003, LogLevel.Warning,
        "{Count} {Kind} could neither be published nor stored directly ({Reason}); senders are asked to retry{Repeated}")]
    private partial void AwayAsWell(int count, string kind, string reason, string repeated);

    [LoggerMessage(2009, LogLevel.Information, "Records are kept again, after {Frames} frames of them were not")]
    private partial void KeepsAgain(int frames);
}
