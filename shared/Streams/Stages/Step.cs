namespace RideIngest.Streams.Stages;

/// <summary>The job of a stage.</summary>
public abstract class Step<TEvent>
{
    /// <summary>Processes events that arrived together. May be called again with the same ones: twice must be as good as once.</summary>
    /// <returns>One result per event, in their order. After an exception each frame is tried alone.</returns>
    public abstract Task<StepResult[]> RunAsync(Batch<TEvent> batch, CancellationToken cancellationToken);
}

/// <summary>Events of one or several frames.</summary>
public sealed class Batch<TEvent>
{
    internal Batch(IReadOnlyList<EventFrame<TEvent>> frames) =>
        Events = frames is [var only] ? only.Events : [.. frames.SelectMany(frame => frame.Events)];

    public IReadOnlyList<TEvent> Events { get; }
}
