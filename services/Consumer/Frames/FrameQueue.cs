using System.Threading.Channels;
using RideIngest.Consumer.Settings;

namespace RideIngest.Consumer.Frames;

/// <summary>
/// Holds frames until they are stored. The pull bounds it by asking for more only when there is room. Frames are decoded as they arrive,
/// while batches before them are stored, and later if the decoded ones are many: a line can take a hundred times its length when decoded.
/// </summary>
internal sealed class FrameQueue(ConsumerSettings settings, FrameDecoder decoder)
{
    // More than a pull of 4 MB has in frames of a producer, so those are always decoded as they arrive.
    private const int MostDecoded = 50_000;

    private readonly Channel<RecordFrame> _frames = Channel.CreateUnbounded<RecordFrame>();
    private readonly int _enough = settings.BatchRecords * settings.ParallelBatches;
    private volatile TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _records;

    public void Add(RecordFrame frame)
    {
        if (Volatile.Read(ref _records) + frame.LineEnds <= MostDecoded)
            decoder.Decode(frame);
        frame.Queued = frame.IsDecoded ? frame.Lines.Count : frame.LineEnds;
        Interlocked.Add(ref _records, frame.Queued);
        _frames.Writer.TryWrite(frame);
    }

    /// <summary>Marks the end of the frames.</summary>
    public void Complete() => _frames.Writer.TryComplete();

    /// <summary>Completes when the queue holds fewer records and frames than the next batches will take.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var taken = _taken;
            if (Volatile.Read(ref _records) < _enough && _frames.Reader.Count < _enough)
                return;
            await taken.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Waits for a frame and takes it with those behind it, up to a batch. Returns none when the queue is complete and empty.
    /// </summary>
    public async Task<List<RecordFrame>> TakeBatchAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not { } first)
            return [];
        var batch = new List<RecordFrame> { first };
        var (records, queued) = Take(first);
        while (records < settings.BatchRecords && batch.Count < settings.BatchRecords && _frames.Reader.TryRead(out var frame))
        {
            batch.Add(frame);
            var taken = Take(frame);
            (records, queued) = (records + taken.Records, queued + taken.Queued);
        }
        Interlocked.Add(ref _records, -queued);
        Interlocked.Exchange(ref _taken, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return batch;
    }

    private (int Records, int Queued) Take(RecordFrame frame)
    {
        decoder.Decode(frame);
        return (frame.Lines.Count, frame.Queued);
    }

    /// <summary>Returns null at the end. A frame wakes only one waiting reader.</summary>
    private async ValueTask<RecordFrame?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _frames.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }
}
