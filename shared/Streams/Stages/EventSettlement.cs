using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Hosting.Config;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
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
    // The server limits the frames that a consumer has delivered and that are not settled; those that wait for long must not use them up.
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(30);

    private string? _waits;

    /// <returns>Whether the frame is settled; otherwise it was returned.</returns>
    public async Task<bool> SettleAsync(EventFrame<TEvent> frame, ReadOnlyMemory<StepResult> results, CancellationToken abandon)
    {
        try
        {
            if (stage.IsExpired(frame))
                results = Expired(results.Span);
            await KeepAsync(frame, results, abandon);
            var retries = Indexes(results.Span, static result => result.IsRetry);
            if (retries.Count > 0 && Stays(frame, retries, results.Span))
                return await ReturnAsync(frame, results.Span[retries[0]], abandon);
            if (!await HandOnAsync(frame, results, abandon)
                || !await PartAsync(frame, retries, index => Pause(frame, results.Span[index]), abandon))
                return await ReturnAsync(frame, StepResult.Retry(_waits ?? ""), abandon);
            await AckAsync(frame, abandon);
            StageTelemetry.Settled(stage, results.Span, frame.Unreadable.Count);
            if (_waits is not null && Interlocked.Exchange(ref _waits, null) is not null)
                GoesOn(stage.System, stage.Name);
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
                && await PartAsync(frame, [.. Enumerable.Range(0, frame.Events.Count)], static _ => null, abandon);
            if (!parted)
                return await ReturnAsync(frame, retry, abandon);
            await AckAsync(frame, abandon);
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

    private async Task<bool> HandOnAsync(EventFrame<TEvent> frame, ReadOnlyMemory<StepResult> results, CancellationToken abandon)
    {
        if (stage.Next is not { } next || frame.Events.Count == 0)
            return true;
        var events = results.Span.ContainsAnyExcept(StepResult.Done)
            ? EventsToSend<TEvent>.Of(frame, Indexes(results.Span, static result => result.IsDone))
            : EventsToSend<TEvent>.Of(frame);
        if (events.Events.Count == 0)
            return true;
        var taken = await sender.SendAsync(stage.Stream, next, events, $"{stage.Name}-{frame.Sequence}", abandon);
        return taken.End == PublishEnd.Taken || Waits($"the stream does not take them on {next}: {taken.Reason}");
    }

    /// <summary>Whether to return a frame with events to retry, instead of publishing them as frames of their own.</summary>
    private bool Stays(EventFrame<TEvent> frame, List<int> retries, ReadOnlySpan<StepResult> results) =>
        stage.Retries is null
        || stage.IsRetry(frame)
        || (retries.Count == frame.Events.Count && stage.RetryFor is null && Pause(frame, results[retries[0]]) < LongestStay);

    private TimeSpan Pause(EventFrame<TEvent> frame, StepResult retry)
    {
        if (retry.Rest!.After > TimeSpan.Zero)
            return retry.Rest.After;
        var pause = TimeSpan.FromMilliseconds(100L << Math.Min(frame.Attempts, 30));
        return pause < stage.LongestPause ? pause : stage.LongestPause;
    }

    private ReadOnlyMemory<StepResult> Expired(ReadOnlySpan<StepResult> results)
    {
        var limit = Duration.Format(stage.RetryFor!.Value);
        var expired = results.ToArray();
        foreach (ref var result in expired.AsSpan())
        {
            if (result.IsRetry)
                result = StepResult.DeadLetter("expired", $"not done within {limit}: {result.Rest!.Reason}", DeadLetterClass.System);
        }
        return expired;
    }

    /// <summary>Publishes each event to retry as a frame of its own.</summary>
    private async Task<bool> PartAsync(EventFrame<TEvent> frame, List<int> retries, Func<int, TimeSpan?> pause, CancellationToken abandon)
    {
        foreach (var index in retries)
        {
            var one = EventsToSend<TEvent>.Of(frame, [index]) with
            {
                Attempts = frame.Attempts,
                RetryAt = DateTimeOffset.UtcNow + pause(index),
            };
            var taken = await sender.SendAsync(stage.Stream, stage.Retries!.Subject, one, stage.IdOf(frame, index), abandon);
            if (taken.End != PublishEnd.Taken)
                return Waits($"the stream does not take them on {stage.Retries.Subject}: {taken.Reason}");
        }
        return true;
    }

    private async Task<bool> ReturnAsync(EventFrame<TEvent> frame, StepResult retry, CancellationToken abandon)
    {
        Waits(retry.Rest!.Reason);
        StageTelemetry.Returned(stage, frame.Events.Count);
        await frame.ReturnAsync(Pause(frame, retry), abandon);
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

    private bool Waits(string reason)
    {
        if (Interlocked.Exchange(ref _waits, reason) is null)
            EventsWait(stage.System, stage.Name, reason);
        return false;
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

    [LoggerMessage(3211, LogLevel.Warning, "Events of {System} wait for stage {Stage}: {Reason}. Retrying")]
    private partial void EventsWait(string system, string stage, string reason);

    [LoggerMessage(3214, LogLevel.Error,
        "Frame {Sequence} of {System} could not be settled by stage {Stage}, with an unexpected exception. It is returned and retried")]
    private partial void NotSettled(Exception exception, string system, string stage, ulong sequence);

    [LoggerMessage(3212, LogLevel.Information, "Events of {System} pass stage {Stage} again")]
    private partial void GoesOn(string system, string stage);

    [LoggerMessage(3213, LogLevel.Warning,
        "{Count} events of {System} could not be processed by stage {Stage} and are kept in ops.dead_letters. The first: {Key}, {Reason}")]
    private partial void Kept(int count, string system, string stage, string? key, string reason);
}
