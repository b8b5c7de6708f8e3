using RideIngest.Contracts.Frames;

namespace RideIngest.Streams.Stages;

/// <summary>The work of a stage.</summary>
public abstract class Step<TEvent>
{
    /// <summary>Processes events that arrived together. Must be idempotent, because it may be called again with the same events.</summary>
    /// <returns>One result per event, in order. After an exception, each frame is tried alone.</returns>
    public abstract Task<StepResult[]> RunAsync(Batch<TEvent> batch, CancellationToken cancellationToken);
}

/// <summary>The events of one or several frames.</summary>
public sealed class Batch<TEvent>
{
    private readonly StageDefinition _stage;
    private readonly IReadOnlyList<EventFrame<TEvent>> _frames;
    private readonly int _first;

    internal Batch(StageDefinition stage, IReadOnlyList<EventFrame<TEvent>> frames)
    {
        (_stage, _frames) = (stage, frames);
        Events = frames is [var only] ? only.Events : [.. frames.SelectMany(frame => frame.Events)];
    }

    /// <summary>One event of a frame.</summary>
    internal Batch(StageDefinition stage, EventFrame<TEvent> frame, int index)
    {
        (_stage, _frames, _first) = (stage, [frame], index);
        Events = [frame.Events[index]];
    }

    public IReadOnlyList<TEvent> Events { get; }

    /// <summary>Returns when the stream took an event: when the stage before it was done with it, or the intake accepted it.</summary>
    public DateTimeOffset PublishedAt(int index) => FrameOf(ref index).Timestamp;

    /// <summary>Returns the origin for what a step hands on because of an event: the same one whenever the stage retries it.</summary>
    public EventOrigin Origin(int index)
    {
        var frame = FrameOf(ref index);
        return new(_stage.IdOf(frame, index), frame.ContinuedTraceOf(index));
    }

    /// <summary>The id of the replay with which an event was sent again, through all retries of it; null for none.</summary>
    public string? ReplayOf(int index) =>
        FrameOf(ref index).Id is { } id && id.StartsWith(FrameHeaders.ReplayId, StringComparison.Ordinal) ? id : null;

    /// <summary>Returns the frame of an event, and its index there.</summary>
    private EventFrame<TEvent> FrameOf(ref int index)
    {
        var frame = 0;
        for (index += _first; index >= _frames[frame].Events.Count; frame++)
            index -= _frames[frame].Events.Count;
        return _frames[frame];
    }
}
