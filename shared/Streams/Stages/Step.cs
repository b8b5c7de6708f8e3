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
    internal Batch(IReadOnlyList<EventFrame<TEvent>> frames) =>
        Events = frames is [var only] ? only.Events : [.. frames.SelectMany(frame => frame.Events)];

    public IReadOnlyList<TEvent> Events { get; }
}
