using System.Diagnostics;
using RideIngest.Streams.Gathering;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Intake;

/// <summary>Events that gather to be published as one frame.</summary>
internal sealed class GatheredEvents<TEvent> : IGatheredFrame<(TEvent Event, ActivityContext Trace)>
{
    private readonly TaskCompletionSource<Published> _published = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TEvent> _events = [];
    private readonly List<ActivityContext> _traces = [];
    private bool _traced;

    public int Count => _events.Count;

    public bool IsSettled => _published.Task.IsCompleted;

    public Task Ended => _published.Task;

    /// <summary>The result of publishing the frame: one task for all its events.</summary>
    public Task<Published> Published => _published.Task;

    public void Add((TEvent Event, ActivityContext Trace) item)
    {
        _events.Add(item.Event);
        _traces.Add(item.Trace);
        _traced |= item.Trace != default;
    }

    public EventsToSend<TEvent> ToSend() => new(_events, _traced ? _traces : []);

    public void End(Published published) => _published.TrySetResult(published);
}
