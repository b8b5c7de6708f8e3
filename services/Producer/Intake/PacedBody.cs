using System.Buffers;
using System.IO.Pipelines;

namespace RideIngest.Producer.Intake;

/// <summary>
/// The body of an upload, whose records must arrive at a minimum pace. Other bytes, such as blank lines, count only when a record follows
/// them. The time during which the upload does not wait for its sender does not count.
/// </summary>
internal sealed class PacedBody(PipeReader body, int longestRecord, TimeProvider clock) : PipeReader
{
    /// <summary>
    /// Half of a 64 kbit/s line, or about twelve bookings per second. A slower sender should send its records one by one, because an upload
    /// takes one of few places.
    /// </summary>
    public const int BytesPerSecond = 4096;

    /// <summary>
    /// How far a sender may fall behind, in addition to the time of a longest record. As long as Kestrel's own grace period.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _longestWait = Grace + TimeOf(longestRecord);
    private TimeSpan _left = Grace + TimeOf(longestRecord);
    private ReadOnlySequence<byte> _buffer;
    private long _consumed;
    private long _arrived;
    private long _counted;
    private bool _hasRecord;

    /// <summary>Counts the bytes that have arrived, because a record was among them.</summary>
    public void CountRecord() => _hasRecord = true;

    /// <exception cref="BadHttpRequestException">The records arrive too slowly: 408.</exception>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_hasRecord)
        {
            var earned = _left + TimeOf(_arrived - _counted);
            _left = earned < _longestWait ? earned : _longestWait;
            (_counted, _hasRecord) = (_arrived, false);
        }
        var reading = body.ReadAsync(cancellationToken);
        return Keep(reading.IsCompleted ? await reading : await WaitAsync(reading.AsTask()));
    }

    public override bool TryRead(out ReadResult result)
    {
        var read = body.TryRead(out result);
        if (read)
            Keep(result);
        return read;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _buffer.Slice(0, consumed).Length;
        _buffer = default;
        body.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => body.CancelPendingRead();

    public override void Complete(Exception? exception = null) => body.Complete(exception);

    private async Task<ReadResult> WaitAsync(Task<ReadResult> reading)
    {
        var since = clock.GetTimestamp();
        await ((Task)reading).WaitAsync(_left > TimeSpan.Zero ? _left : TimeSpan.Zero, clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!reading.IsCompleted)
            body.CancelPendingRead();
        var result = await reading;
        _left -= clock.GetElapsedTime(since);
        if (!result.IsCanceled || _left > TimeSpan.Zero)
            return result;
        body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        throw new BadHttpRequestException("The records of the upload arrive too slowly.", StatusCodes.Status408RequestTimeout);
    }

    private ReadResult Keep(in ReadResult result)
    {
        _buffer = result.Buffer;
        _arrived = _consumed + _buffer.Length;
        return result;
    }

    private static TimeSpan TimeOf(long bytes) => TimeSpan.FromSeconds((double)bytes / BytesPerSecond);
}
