using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;
using RideIngest.Casino.Telemetry;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Gathers events for one lane into frames, without a timer: while fewer frames than the window are on their way to the stream, an event
/// leaves at once; while the window is full, what arrives gathers and leaves as the next frame. So frames are as large as the load makes
/// them.
/// </summary>
internal sealed class FrameGatherer(Lane lane, CasinoStream stream, StreamRoom room)
{
    private const int MostEvents = 500;
    private const int MostOnTheirWay = 2;

    private readonly Lock _gate = new();
    private readonly Queue<Gathered> _full = new();
    private readonly string _process = Guid.NewGuid().ToString("N");
    private Gathered? _gathering;
    private long _frames;
    private int _onTheirWay;
    private int _events;

    /// <summary>Events of which nobody knows yet whether the stream has them.</summary>
    public int InHand => Volatile.Read(ref _events);

    /// <returns>What becomes of the frame that the event leaves in: the same task for all its events.</returns>
    public Task<Published> AddAsync(CasinoEvent e)
    {
        Gathered? leaving = null;
        Gathered frame;
        lock (_gate)
        {
            frame = _gathering ??= new Gathered();
            frame.Events.Add(e);
            Volatile.Write(ref _events, _events + 1);
            if (_onTheirWay < MostOnTheirWay)
            {
                _onTheirWay++;
                leaving = frame;
                _gathering = null;
            }
            else if (frame.Events.Count == MostEvents)
            {
                _full.Enqueue(frame);
                _gathering = null;
            }
        }
        if (leaving is not null)
            _ = LeaveAsync(leaving);
        return frame.Published;
    }

    /// <summary>Publishes frames one after the other for as long as there are any.</summary>
    private async Task LeaveAsync(Gathered first)
    {
        for (var frame = first; frame is not null; frame = After(frame))
        {
            try
            {
                CasinoTelemetry.FramePublished(frame.Events.Count);
                var payload = EventLines.Write(frame.Events);
                room.Took(payload.Length);
                frame.End(await stream.PublishAsync(lane, payload, $"{_process}-{Interlocked.Increment(ref _frames)}-{lane.Consumer}"));
            }
            catch (Exception)
            {
                // Whatever it is, the senders must hear of it.
                frame.End(Published.Unknown);
            }
        }
    }

    private Gathered? After(Gathered ended)
    {
        lock (_gate)
        {
            Volatile.Write(ref _events, _events - ended.Events.Count);
            if (_full.TryDequeue(out var full))
                return full;
            var gathered = _gathering;
            _gathering = null;
            if (gathered is null)
                _onTheirWay--;
            return gathered;
        }
    }

    private sealed class Gathered
    {
        private readonly TaskCompletionSource<Published> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<CasinoEvent> Events { get; } = [];

        public Task<Published> Published => _end.Task;

        public void End(Published published) => _end.SetResult(published);
    }
}
