using RideIngest.Streams.Publishing;

namespace RideIngest.Streams.Intake;

/// <summary>
/// Publishes the events of one request, with a limit on events in hand. While too many events of all requests are in hand, it waits for
/// a frame before it publishes more.
/// </summary>
internal sealed class PostedEvents<TEvent>(EventPublisher<TEvent> publisher)
{
    private const int MostOnTheirWay = 5000;

    // Events in the same frame share one task.
    private readonly Queue<(Task<Published> Frame, int Events)> _frames = new();
    private (Task<Published>? Frame, int Events) _last;
    private int _onTheirWay;

    /// <summary>The number of events that the stream has.</summary>
    public long Taken { get; private set; }

    /// <summary>The worst result so far.</summary>
    public PublishEnd Worst { get; private set; }

    public async Task PublishAsync(TEvent item)
    {
        var frame = publisher.PublishAsync(item);
        if (frame != _last.Frame)
        {
            Close();
            _last.Frame = frame;
        }
        _last.Events++;
        if (++_onTheirWay < MostOnTheirWay && !publisher.IsCrowded)
            return;
        if (_frames.Count == 0)
            Close();
        await NextAsync();
    }

    /// <summary>Completes when the result of every event is known.</summary>
    public async Task SettleAsync()
    {
        Close();
        while (_frames.Count > 0)
            await NextAsync();
    }

    private void Close()
    {
        if (_last.Frame is { } frame)
            _frames.Enqueue((frame, _last.Events));
        _last = default;
    }

    private async Task NextAsync()
    {
        var (frame, events) = _frames.Dequeue();
        var end = (await frame).End;
        _onTheirWay -= events;
        if (end == PublishEnd.Taken)
            Taken += events;
        else if (end > Worst)
            Worst = end;
    }
}
