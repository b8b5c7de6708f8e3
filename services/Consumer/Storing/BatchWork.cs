using RideIngest.Consumer.Frames;
using RideIngest.Records.Kinds;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Takes batches from the queue and brings each to its end. The one place that catches everything, and decides: what nobody foresaw is
/// tried again frame by frame and later on, and a frame that it always happens to is kept whole as a dead letter.
/// </summary>
internal sealed partial class BatchWork(
    FrameQueue queue, KindBatch kinds, WholeFrames whole, Settlement settlement, ILogger<BatchWork> logger)
{
    /// <summary>For which a frame that met what nobody foresaw is put off.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private const int MostAttempts = 5;

    /// <summary>Works until the queue is complete and empty.</summary>
    /// <param name="abandon">Ends it with work unfinished.</param>
    public async Task RunAsync(CancellationToken abandon)
    {
        try
        {
            while (await queue.TakeBatchAsync(abandon) is { Count: > 0 } batch)
            {
                foreach (var group in batch.GroupBy(frame => frame.Kind))
                    await StoreAsync(group.Key, [.. group], abandon);
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Whoever abandons gives back what is in hand.
        }
    }

    private async Task StoreAsync(Kind? kind, IReadOnlyList<RecordFrame> frames, CancellationToken abandon)
    {
        try
        {
            await (kind is null ? whole.KeepAsync(frames, abandon) : kinds.StoreAsync(kind, frames, abandon));
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (StoreGate.IsAway(e))
        {
            GivenBack(frames.Count, frames[0].KindName, e.Message);
            foreach (var frame in frames)
                await settlement.ReturnAsync(frame);
        }
        catch (Exception e) when (frames.Count > 1)
        {
            TriedAlone(e, frames.Count, frames[0].KindName);
            foreach (var frame in frames)
                await StoreAsync(kind, [frame], abandon);
        }
        catch (Exception e)
        {
            await FailedAsync(frames[0], e, abandon);
        }
    }

    private async Task FailedAsync(RecordFrame frame, Exception e, CancellationToken abandon)
    {
        var attempts = frame.Deliveries;
        if (attempts >= MostAttempts && frame.Whole is null)
        {
            GivenUp(e, frame.Sequence, frame.KindName, attempts);
            frame.Whole = (WholeFrames.Unforeseen, e.Message);
            await StoreAsync(null, [frame], abandon);
            return;
        }
        TriedLater(e, frame.Sequence, frame.KindName, attempts);
        await settlement.ReturnAsync(frame, TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, 1 << (int)Math.Min(attempts, 5))));
    }

    [LoggerMessage(4404, LogLevel.Warning,
        "Postgres stays away ({Reason}): {Frames} frames of {Kind} are given back for other consumers, or until it is there again")]
    private partial void GivenBack(int frames, string kind, string reason);

    [LoggerMessage(4401, LogLevel.Error, "A batch of {Frames} frames of {Kind} met what nobody foresaw. Each frame is stored alone now")]
    private partial void TriedAlone(Exception exception, int frames, string kind);

    [LoggerMessage(4402, LogLevel.Error,
        "Frame {Sequence} of {Kind} met what nobody foresaw, {Attempts} times so far. It is delivered again in a while")]
    private partial void TriedLater(Exception exception, ulong sequence, string kind, int attempts);

    [LoggerMessage(4403, LogLevel.Error,
        "Frame {Sequence} of {Kind} met what nobody foresaw {Attempts} times. It is kept whole as a dead letter")]
    private partial void GivenUp(Exception exception, ulong sequence, string kind, int attempts);
}
