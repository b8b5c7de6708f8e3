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
    private readonly ReadMark _mark = new();
    private long? _measured;

    /// <summary>How long to wait before the next look if no events are added.</summary>
    public TimeSpan Pause => _resting.Left is { } left ? TimeSpan.FromMilliseconds(Math.Max(1, left.TotalMilliseconds)) : outbox.Poll;

    /// <summary>Begins with a session: the database may be another one than before, or restored.</summary>
    public void Begin() => _mark.Clear();

    /// <summary>Publishes a page. Returns false if only events of resting keys are left.</summary>
    /// <exception cref="NotPublishedException">The publisher failed.</exception>
    public async Task<bool> RunAsync(OutboxSession session, CancellationToken abandon)
    {
        _resting.Wake();
        var read = await session.Waiting.ReadAsync(_mark.Number, _resting.All, abandon);
        var page = read.Events;
        if (page.Count == 0)
        {
            if (_resting.Count == 0)
                OutboxTelemetry.Observed(outbox.System, (0, null));
            return false;
        }
        var (published, failure) = await PublishAsync(page, abandon);
        OutboxTelemetry.Published(outbox.System, published);
        var removedIn = published.Count > 0 ? await session.Waiting.RemoveAsync(published, abandon) : 0;
        await MeasureAsync(session, abandon);
        if (published.Count == page.Count && _resting.Count == 0)
            _mark.Passed(read, removedIn);
        else
            _mark.Clear();
        if (failure is not null)
            throw new NotPublishedException(failure.Message, failure);
        if (_resting.Count <= MostResting)
            return true;
        _resting.Clear();
        throw new NotPublishedException($"events of more than {MostResting} keys are not published");
    }

    private async Task<(List<WaitingEvent> Published, Exception? Failure)> PublishAsync(List<WaitingEvent> page, CancellationToken abandon)
    {
        try
        {
            var answers = await outbox.Publish(page.ConvertAll(item => item.Event), abandon);
            if (answers.Count != page.Count)
                throw new InvalidOperationException($"The publisher has {answers.Count} answers for {page.Count} events.");
            foreach (var (item, isPublished) in page.Zip(answers))
            {
                if (!isPublished)
                    _resting.Add(item.Event.Key);
            }
            return ([.. page.Zip(answers).Where(pair => pair.Second).Select(pair => pair.First)], null);
        }
        catch (Exception e)
        {
            return ([], e);
        }
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
