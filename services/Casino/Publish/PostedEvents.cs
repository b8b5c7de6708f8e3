using RideIngest.Casino.Events;
using RideIngest.Streams.Publishing;

namespace RideIngest.Casino.Publish;

/// <summary>
/// The events of one request on their way into the stream: so many at once and no more, and while many requests have some there, one frame
/// after the other.
/// </summary>
internal sealed class PostedEvents(EventPublisher publisher)
{
    private const int MostOnTheirWay = 5000;

    // Events that leave in the same frame share one task.
    private readonly Queue<(Task<Published> Frame, int Events)> _frames = new();
    private (Task<Published>? Frame, int Events) _last;
    private int _onTheirWay;

    /// <summary>Events that the stream has.</summary>
    public long Taken { get; private set; }

    /// <summary>What became of those that did worst.</summary>
    public PublishEnd Worst { get; private set; }

    public async Task PublishAsync(CasinoEvent e)
    {
        var frame = publisher.PublishAsync(e);
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

    /// <summary>Ends when the stream has every event, or has not.</summary>
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
