using System.Threading.Channels;
using RideIngest.Consumer.Settings;

namespace RideIngest.Consumer.Frames;

/// <summary>Holds decoded frames until they are stored. The pull bounds it by asking for more only when there is room.</summary>
internal sealed class FrameQueue(ConsumerSettings settings)
{
    private readonly Channel<RecordFrame> _frames = Channel.CreateUnbounded<RecordFrame>();
    private readonly int _enough = settings.BatchRecords * settings.ParallelBatches;
    private volatile TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _records;

    public void Add(RecordFrame frame)
    {
        Interlocked.Add(ref _records, frame.Lines.Count);
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
        var records = first.Lines.Count;
        while (records < settings.BatchRecords && batch.Count < settings.BatchRecords && _frames.Reader.TryRead(out var frame))
        {
            batch.Add(frame);
            records += frame.Lines.Count;
        }
        Interlocked.Add(ref _records, -records);
        Interlocked.Exchange(ref _taken, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return batch;
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
