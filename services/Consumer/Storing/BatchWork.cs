using RideIngest.Consumer.Frames;
using RideIngest.Hosting.Retries;
using RideIngest.Records.Kinds;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Takes batches from the queue and stores them. This is the one place that catches all exceptions: after an unexpected one, each frame is
/// retried alone and later; after several attempts it is kept whole as a dead letter.
/// </summary>
internal sealed partial class BatchWork(
    FrameQueue queue, KindBatch kinds, WholeFrames whole, Settlement settlement, ILogger<BatchWork> logger)
{
    /// <summary>The longest delay before a frame is retried after an unexpected exception.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(10);

    private const int MostAttempts = 5;

    private readonly Repeats _returns = new();

    /// <summary>Runs until the queue is complete and empty.</summary>
    /// <param name="abandon">Stops with unfinished work.</param>
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
            // The caller returns the frames in hand.
        }
    }

    private async Task StoreAsync(Kind? kind, IReadOnlyList<RecordFrame> frames, CancellationToken abandon)
    {
        try
        {
            await (kind is null ? whole.KeepAsync(frames, abandon) : kinds.StoreAsync(kind, frames, abandon));
            if (_returns.End() is > 0 and var times)
                StoresAgain(times);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (StoreGate.IsAway(e))
        {
            if (_returns.Next(Reasons.Of(e)) is { } repeated)
                GivenBack(frames.Count, frames[0].KindName, Reasons.Of(e), repeated);
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
            frame.KeepWhole(WholeFrames.Unforeseen, e.Message);
            await StoreAsync(null, [frame], abandon);
            return;
        }
        TriedLater(e, frame.Sequence, frame.KindName, attempts);
        await settlement.ReturnAsync(frame, TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, 1 << (int)Math.Min(attempts, 5))));
    }

    [LoggerMessage(4404, LogLevel.Warning,
        "Returning {Frames} frames of {Kind}, which another consumer may be able to store: {Reason}{Repeated}")]
    private partial void GivenBack(int frames, string kind, string reason, string repeated);

    [LoggerMessage(4405, LogLevel.Information, "Storing frames again, after returning some {Times} times")]
    private partial void StoresAgain(int times);

    [LoggerMessage(4401, LogLevel.Error,
        "A batch of {Frames} frames of {Kind} failed with an unexpected exception. Storing each frame alone")]
    private partial void TriedAlone(Exception exception, int frames, string kind);

    [LoggerMessage(4402, LogLevel.Error,
        "Frame {Sequence} of {Kind} failed with an unexpected exception, attempt {Attempts}. It will be delivered again")]
    private partial void TriedLater(Exception exception, ulong sequence, string kind, int attempts);

    [LoggerMessage(4403, LogLevel.Error,
        "Frame {Sequence} of {Kind} failed with an unexpected exception in {Attempts} attempts. Keeping it whole as a dead letter")]
    private partial void GivenUp(Exception exception, ulong sequence, string kind, int attempts);
}
