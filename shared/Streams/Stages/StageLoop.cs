using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;

namespace RideIngest.Streams.Stages;

/// <summary>
/// Runs a stage's step over the frames of one subject. A frame is acked only after its step's work is committed and its events are
/// published, so after a crash its frames are delivered again.
/// </summary>
internal sealed partial class StageLoop<TEvent>(
    StageDefinition stage, StageLane<TEvent> lane, Step<TEvent> step, EventSettlement<TEvent> settlement, NpgsqlDataSource database,
    ILogger logger)
{
    // Keeps a backlog that cannot be processed from cycling between the stream and this process.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Completes when no more frames come and those in hand are settled.</summary>
    /// <param name="abandon">Cancels operations that would wait for a server.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        while (await lane.NextBatchAsync() is { } frames)
        {
            if (!await ProcessAsync(frames, abandon))
                await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Whether any frame was settled.</returns>
    private async Task<bool> ProcessAsync(List<EventFrame<TEvent>> frames, CancellationToken abandon)
    {
        using var span = StageTelemetry.Start(stage, frames);
        StepResult[] results;
        try
        {
            results = await RunStepAsync(new Batch<TEvent>(stage, frames), abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // The frames are safe in the stream and will be delivered again.
            return false;
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            // No event is at fault, so none is tried alone.
            results = StepResult.Each(frames.Sum(frame => frame.Events.Count), Unavailable(e));
        }
        catch (Exception e) when (frames.Count > 1)
        {
            TriedAlone(e, stage.Name, frames.Count);
            var any = false;
            foreach (var frame in frames)
                any |= await ProcessAsync([frame], abandon);
            return any;
        }
        catch (Exception e)
        {
            return await FailedAsync(frames[0], e, abandon);
        }
        var settling = new List<Task<bool>>(frames.Count);
        var at = 0;
        foreach (var frame in frames)
        {
            settling.Add(settlement.SettleAsync(frame, results.AsMemory(at, frame.Events.Count), abandon));
            at += frame.Events.Count;
        }
        return Array.Exists(await Task.WhenAll(settling), settled => settled);
    }

    private async Task<StepResult[]> RunStepAsync(Batch<TEvent> batch, CancellationToken abandon)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        limit.CancelAfter(stage.StepTimeout);
        var since = Stopwatch.GetTimestamp();

        // A step that ignores its token is abandoned, and its frames are retried.
        var results = await step.RunAsync(batch, limit.Token).WaitAsync(limit.Token);
        StageTelemetry.Ran(stage, Stopwatch.GetElapsedTime(since));
        return results.Length == batch.Events.Count
            ? results
            : throw new InvalidOperationException($"The step returned {results.Length} results for {batch.Events.Count} events.");
    }

    private Task<bool> FailedAsync(EventFrame<TEvent> frame, Exception e, CancellationToken abandon)
    {
        if (frame.Attempts >= stage.MostAttempts || stage.IsExpired(frame))
        {
            GivenUp(e, stage.Name, frame.Sequence, frame.Attempts);
            return GiveUpAsync(frame, Reason(e), abandon);
        }
        TriedLater(e, stage.Name, frame.Sequence, frame.Attempts);
        return settlement.PartAsync(frame, StepResult.Retry(Reason(e)), abandon);
    }

    /// <summary>Makes dead letters of the events that the step fails on even alone.</summary>
    private async Task<bool> GiveUpAsync(EventFrame<TEvent> frame, string reason, CancellationToken abandon)
    {
        var results = StepResult.Each(frame.Events.Count, StepResult.DeadLetter("unexpected", reason, DeadLetterClass.System));

        // More than one only if they could not be retried in frames of their own: the stage has its own reach, or the stream is full.
        for (var i = 0; i < results.Length && results.Length > 1; i++)
        {
            try
            {
                results[i] = (await RunStepAsync(new Batch<TEvent>(stage, frame, i), abandon))[0];
            }
            catch (OperationCanceledException) when (abandon.IsCancellationRequested)
            {
                // The frame is safe in the stream and will be delivered again.
                return false;
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                results[i] = Unavailable(e);
            }
            catch (Exception e)
            {
                results[i] = StepResult.DeadLetter("unexpected", Reason(e), DeadLetterClass.System);
            }
        }
        return await settlement.SettleAsync(frame, results, abandon);
    }

    private StepResult Unavailable(Exception e) => StepResult.Retry(PostgresFailure.Describe(database, e));

    private string Reason(Exception e) =>
        e is OperationCanceledException ? $"the step took longer than {stage.StepTimeout.TotalSeconds} s" : e.Message;

    [LoggerMessage(3201, LogLevel.Error, "Stage {Stage} failed on {Frames} frames together. Trying each frame alone")]
    private partial void TriedAlone(Exception exception, string stage, int frames);

    [LoggerMessage(3202, LogLevel.Error, "Stage {Stage} failed on frame {Sequence}, attempt {Attempt}. Retrying its events one by one")]
    private partial void TriedLater(Exception exception, string stage, ulong sequence, int attempt);

    [LoggerMessage(3203, LogLevel.Error,
        "Stage {Stage} failed on frame {Sequence} in {Attempts} attempts. Events on which it fails alone are kept as dead letters")]
    private partial void GivenUp(Exception exception, string stage, ulong sequence, int attempts);
}
