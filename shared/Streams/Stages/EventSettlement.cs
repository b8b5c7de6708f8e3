using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Publishing;

namespace RideIngest.Streams.Stages;

/// <summary>
/// Settles a frame by the results of its events: keeps dead letters, publishes finished events to the next stage, and only then acks. If
/// that fails, the frame is returned to the stream.
/// </summary>
internal sealed partial class EventSettlement<TEvent>(
    StageDefinition stage, EventFormat<TEvent> format, EventSender<TEvent> sender, DeadLetterStore letters, FramesInHand inHand,
    ILogger logger)
{
    private readonly StageWaits _waits = new(stage, logger);

    /// <returns>Whether the frame is settled; otherwise it was returned.</returns>
    public async Task<bool> SettleAsync(EventFrame<TEvent> frame, ReadOnlyMemory<StepResult> results, CancellationToken abandon)
    {
        try
        {
            if (stage.IsExpired(frame))
                results = RetryRules.Expired(stage, results.Span);
            await KeepAsync(frame, results, abandon);
            var retries = Indexes(results.Span, static result => result.IsRetry);
            if (retries.Count > 0 && RetryRules.Stay(stage, frame, retries, results.Span))
                return await ReturnAsync(frame, results.Span[retries[0]], abandon);
            var refusal = await HandOnAsync(frame, results, abandon)
                ?? await PartAsync(frame, retries, index => results.Span[index], abandon);
            if (refusal is not null)
                return await ReturnAsync(frame, StepResult.Retry(refusal), abandon);
            await AckAsync(frame, abandon);
            StageTelemetry.Settled(stage, results.Span, frame.Unreadable.Count);
            _waits.Pass(frame.Sequence);
            return true;
        }
        catch (StoreUnavailableException e)
        {
            return await ReturnAsync(frame, StepResult.Retry($"dead letters cannot be kept: {e.Message}"), abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // The frame is safe in the stream and will be delivered again.
            return false;
        }
        catch (Exception e)
        {
            NotSettled(e, stage.System, stage.Name, frame.Sequence);
            return await ReturnAsync(frame, StepResult.Retry(e.Message), abandon);
        }
        finally
        {
            inHand.Remove(frame);
        }
    }

    /// <summary>Retries each event of a frame in a frame of its own, so that a failing event does not block the others.</summary>
    /// <returns>Whether the frame was split; otherwise it was returned.</returns>
    public async Task<bool> PartAsync(EventFrame<TEvent> frame, StepResult retry, CancellationToken abandon)
    {
        try
        {
            var parted = frame.Events.Count > 1 && stage.Retries is not null
                && await PartAsync(frame, [.. Enumerable.Range(0, frame.Events.Count)], _ => retry, abandon) is null;
            if (!parted)
                return await ReturnAsync(frame, retry, abandon);
            await AckAsync(frame, abandon);
            _waits.Pass(frame.Sequence);
            return true;
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            inHand.Remove(frame);
        }
    }

    private async Task KeepAsync(EventFrame<TEvent> frame, ReadOnlyMemory<StepResult> results, CancellationToken abandon)
    {
        var kept = StageLetters.Of(stage, format, frame, results.Span);
        if (kept.Count == 0)
            return;
        await letters.AddAsync(kept, abandon);
        Kept(kept.Count, stage.System, stage.Name, kept[0].Key, kept[0].Message);
    }

    /// <returns>The reason why the stream does not take the events; null if it has all.</returns>
    private async Task<string?> HandOnAsync(EventFrame<TEvent> frame, ReadOnlyMemory<StepResult> results, CancellationToken abandon)
    {
        if (stage.Next is not { } next || frame.Events.Count == 0)
            return null;
        var events = results.Span.ContainsAnyExcept(StepResult.Done)
            ? EventsToSend<TEvent>.Of(frame, Indexes(results.Span, static result => result.IsDone))
            : EventsToSend<TEvent>.Of(frame);
        if (events.Events.Count == 0)
            return null;
        var taken = await sender.SendAsync(stage.Stream, next, events, $"{stage.Name}-{frame.Sequence}", abandon);
        return Refusal(taken, next);
    }

    /// <summary>Publishes each event to retry as a frame of its own.</summary>
    /// <returns>The reason why the stream does not take them; null if it has all.</returns>
    private async Task<string?> PartAsync(
        EventFrame<TEvent> frame, List<int> retries, Func<int, StepResult> result, CancellationToken abandon)
    {
        foreach (var index in retries)
        {
            var pause = RetryRules.Pause(stage, frame, result(index));
            var one = EventsToSend<TEvent>.Of(frame, [index]) with
            {
                Attempts = frame.Attempts,
                RetryAt = DateTimeOffset.UtcNow + pause,
            };
            var taken = await sender.SendAsync(stage.Stream, stage.Retries!.Subject, one, stage.IdOf(frame, index), abandon);
            if (Refusal(taken, stage.Retries.Subject) is { } refusal)
                return refusal;
            _waits.Wait(taken.Sequence, pause, result(index).Rest!.Reason);
        }
        return null;
    }

    private static string? Refusal(Published published, string subject) =>
        published.End == PublishEnd.Taken ? null : $"the stream does not take them on {subject}: {published.Reason}";

    private async Task<bool> ReturnAsync(EventFrame<TEvent> frame, StepResult retry, CancellationToken abandon)
    {
        var pause = RetryRules.Pause(stage, frame, retry);
        _waits.Wait(frame.Sequence, pause, retry.Rest!.Reason);
        StageTelemetry.Returned(stage, frame.Events.Count);
        await frame.ReturnAsync(pause, abandon);
        return false;
    }

    private static async Task AckAsync(EventFrame<TEvent> frame, CancellationToken abandon)
    {
        try
        {
            await frame.AckAsync(abandon);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The frame will be delivered again, and its events published under ids that the stream already knows.
        }
    }

    private static List<int> Indexes(ReadOnlySpan<StepResult> results, Func<StepResult, bool> wanted)
    {
        var indexes = new List<int>();
        for (var i = 0; i < results.Length; i++)
        {
            if (wanted(results[i]))
                indexes.Add(i);
        }
        return indexes;
    }

    [LoggerMessage(3214, LogLevel.Error,
        "Frame {Sequence} of {System} could not be settled by stage {Stage}, with an unexpected exception. It is returned and retried")]
    private partial void NotSettled(Exception exception, string system, string stage, ulong sequence);

    [LoggerMessage(3213, LogLevel.Warning,
        "{Count} events of {System} could not be processed by stage {Stage} and are kept in ops.dead_letters. The first: {Key}, {Reason}")]
    private partial void Kept(int count, string system, string stage, string? key, string reason);
}
