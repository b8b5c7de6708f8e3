using RideIngest.Casino.Events;
using RideIngest.Casino.Telemetry;

namespace RideIngest.Casino.Stream;

/// <summary>
/// A role at work on one lane: takes the frames that are there, does its step for all their events at once, hands each frame on, and only
/// then acknowledges it. So a process may end anywhere: what it had in hand is delivered again, and handed on under the same id, which the
/// stream stores once.
/// </summary>
internal sealed partial class Stage(Lane lane, FramePull pull, IStep step, CasinoStream stream, ILogger logger)
{
    private const int EnoughEvents = 2000;

    // A backlog that waits is not to circle between the stream and us.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string? _waiting;

    /// <summary>Why no frames come, for an operator to read; null when all is well.</summary>
    public string? Trouble => pull.Trouble;

    public bool StandsBy => pull.StandsBy;

    /// <summary>Works until asked to stop, and what is in hand is done.</summary>
    /// <param name="abandon">Breaks off what would wait for NATS.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var pulling = pull.RunAsync(stop, abandon);
        while (await pull.Frames.WaitToReadAsync(CancellationToken.None))
        {
            await TakeAsync(Batch(), abandon);
            if (_waiting is not null)
                await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await pulling;
    }

    private List<Frame> Batch()
    {
        var batch = new List<Frame>();
        var events = 0;
        while (events < EnoughEvents && pull.Frames.TryRead(out var frame))
        {
            batch.Add(frame);
            events += frame.Events.Count;
        }
        return batch;
    }

    private async Task TakeAsync(List<Frame> frames, CancellationToken abandon)
    {
        try
        {
            var events = frames is [var only] ? only.Events : [.. frames.SelectMany(frame => frame.Events)];
            await step.TakeAsync(events, CancellationToken.None);
            if (Array.TrueForAll(await Task.WhenAll(frames.Select(frame => HandOnAsync(frame, abandon))), done => done))
                GoesOn();
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // They are safe in the stream, and delivered again.
        }
        catch (NotNowException e)
        {
            Waits(e.Message);
            await Task.WhenAll(frames.Select(frame => frame.ReturnAsync(abandon)));
        }
        catch (Exception e) when (frames.Count > 1)
        {
            // One of them may spoil it for all.
            TriedAlone(e, frames.Count, lane.Subject);
            foreach (var frame in frames)
                await TakeAsync([frame], abandon);
        }
        catch (Exception e)
        {
            TriedLater(e, lane.Subject);
            await frames[0].ReturnAsync(abandon);
        }
    }

    private async Task<bool> HandOnAsync(Frame frame, CancellationToken abandon)
    {
        if (lane.Next is { } next && frame.Events.Count > 0
            && await PublishAsync(next, frame.Events, frame.IdFrom(lane), abandon) is not Published.Taken and var end)
        {
            Waits($"the stream does not take them on {next.Subject} ({end})");
            await frame.ReturnAsync(abandon);
            return false;
        }
        await frame.AckAsync(abandon);
        CasinoTelemetry.Handled(lane.Consumer, frame.Events.Count);
        return true;
    }

    /// <summary>
    /// In halves, where completed events have become too long for one message. A half has the same events and the same id each time.
    /// Whether there are halves may change, with what is known of players; what is then published twice is counted once.
    /// </summary>
    private async Task<Published> PublishAsync(Lane next, IReadOnlyList<CasinoEvent> events, string id, CancellationToken abandon)
    {
        var payload = EventLines.Write(events);
        if (payload.Length <= stream.LongestPayload || events.Count == 1)
            return await stream.PublishAsync(next, payload, id, abandon);
        var half = events.Count / 2;
        var first = await PublishAsync(next, [.. events.Take(half)], id + "a", abandon);
        return first is Published.Taken ? await PublishAsync(next, [.. events.Skip(half)], id + "b", abandon) : first;
    }

    private void Waits(string reason)
    {
        if (Interlocked.Exchange(ref _waiting, reason) is null)
            EventsWait(lane.Subject, reason);
    }

    private void GoesOn()
    {
        if (_waiting is not null && Interlocked.Exchange(ref _waiting, null) is not null)
            EventsGoOn(lane.Subject);
    }

    [LoggerMessage(6201, LogLevel.Warning, "Events of {Subject} wait in the stream: {Reason}. Trying again until it works")]
    private partial void EventsWait(string subject, string reason);

    [LoggerMessage(6202, LogLevel.Information, "Events of {Subject} go on")]
    private partial void EventsGoOn(string subject);

    [LoggerMessage(6203, LogLevel.Error, "{Frames} frames of {Subject} met what nobody foresaw. Each is tried alone now")]
    private partial void TriedAlone(Exception exception, int frames, string subject);

    [LoggerMessage(6204, LogLevel.Error, "A frame of {Subject} met what nobody foresaw. It is delivered again in a while")]
    private partial void TriedLater(Exception exception, string subject);
}
