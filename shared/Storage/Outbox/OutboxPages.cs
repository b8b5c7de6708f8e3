using System.Diagnostics;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Publishes an outbox in pages, oldest events first. An event is published after all earlier ones of its key and deleted afterwards; after
/// an interruption it is published again with the same id.
/// </summary>
internal sealed class OutboxPages(RelayedOutbox outbox)
{
    // With more failing keys, the publisher is at fault, not the events.
    private const int MostResting = 1000;

    private static readonly TimeSpan BetweenMeasures = TimeSpan.FromSeconds(5);

    private readonly RestingKeys _resting = new();
    private long? _measured;

    /// <summary>How long to wait before the next look if no events are added.</summary>
    public TimeSpan Pause => _resting.Left is { } left ? TimeSpan.FromMilliseconds(Math.Max(1, left.TotalMilliseconds)) : outbox.Poll;

    /// <summary>Publishes a page. Returns false if only events of resting keys are left.</summary>
    /// <exception cref="NotPublishedException">The publisher failed.</exception>
    public async Task<bool> RunAsync(OutboxSession session, CancellationToken abandon)
    {
        _resting.Wake();

        // Always from the start, because a late commit may have a lower number than events already published.
        var page = await session.Waiting.ReadAsync(_resting.All, abandon);
        if (page.Count == 0)
        {
            if (_resting.Count == 0)
                OutboxTelemetry.Observed(outbox.System, (0, null));
            return false;
        }
        var (published, failure) = await PublishAsync(page, abandon);
        await session.Waiting.RemoveAsync(published, abandon);
        OutboxTelemetry.Published(outbox.System, published.Count);
        await MeasureAsync(session, abandon);
        if (failure is not null)
            throw new NotPublishedException(failure.Message, failure);
        if (_resting.Count <= MostResting)
            return true;
        _resting.Clear();
        throw new NotPublishedException($"events of more than {MostResting} keys are not published");
    }

    private async Task<(List<WaitingEvent> Published, Exception? Failure)> PublishAsync(List<WaitingEvent> page, CancellationToken abandon)
    {
        var published = new List<WaitingEvent>(page.Count);
        foreach (var wave in Waves(page))
        {
            wave.RemoveAll(item => _resting.Has(item.Event.Key));
            if (wave.Count == 0)
                continue;
            try
            {
                var answers = await outbox.Publish([.. wave.Select(item => item.Event)], abandon);
                if (answers.Count != wave.Count)
                    throw new InvalidOperationException($"The publisher has {answers.Count} answers for {wave.Count} events.");
                foreach (var (item, isPublished) in wave.Zip(answers))
                {
                    if (isPublished)
                        published.Add(item);
                    else
                        _resting.Add(item.Event.Key);
                }
            }
            catch (Exception e)
            {
                return (published, e);
            }
        }
        return (published, null);
    }

    /// <summary>Groups events into waves: the first event of each key, then the second of each, and so on.</summary>
    private static List<List<WaitingEvent>> Waves(List<WaitingEvent> page)
    {
        var waves = new List<List<WaitingEvent>>();
        var earlier = new Dictionary<string, int>();
        foreach (var item in page)
        {
            var wave = earlier.GetValueOrDefault(item.Event.Key);
            earlier[item.Event.Key] = wave + 1;
            if (wave == waves.Count)
                waves.Add([]);
            waves[wave].Add(item);
        }
        return waves;
    }

    private async Task MeasureAsync(OutboxSession session, CancellationToken abandon)
    {
        if (_measured is { } last && Stopwatch.GetElapsedTime(last) < BetweenMeasures)
            return;
        OutboxTelemetry.Observed(outbox.System, await session.Waiting.MeasureAsync(abandon));
        _measured = Stopwatch.GetTimestamp();
    }
}

/// <summary>The publisher failed, while Postgres works.</summary>
internal sealed class NotPublishedException(string message, Exception? inner = null) : Exception(message, inner);
