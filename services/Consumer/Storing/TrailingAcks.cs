using RideIngest.Consumer.Frames;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Delays the ack of a settled frame until the next one is settled, or for a moment. An ack that empties the stream makes nats-server drop
/// the stream's file and create another for the next frame; with one request at a time, that is a fifth of its work.
/// </summary>
internal sealed partial class TrailingAcks : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly ILogger _logger;
    private readonly Timer _impatience;
    private RecordFrame? _newest;

    public TrailingAcks(ILogger<TrailingAcks> logger)
    {
        _logger = logger;
        _impatience = new Timer(_ => _ = FlushAsync());
    }

    /// <summary>Takes over the frame's ack and sends the previous one.</summary>
    public Task AddAsync(RecordFrame settled)
    {
        var before = Interlocked.Exchange(ref _newest, settled);
        _impatience.Change(Patience, Timeout.InfiniteTimeSpan);
        return AckAsync(before);
    }

    /// <summary>Sends the last ack, and waits for one that the timer is sending.</summary>
    public async Task EndAsync()
    {
        await _impatience.DisposeAsync();
        await FlushAsync();
    }

    public void Dispose() => _impatience.Dispose();

    private Task FlushAsync() => AckAsync(Interlocked.Exchange(ref _newest, null));

    private async Task AckAsync(RecordFrame? frame)
    {
        if (frame is null)
            return;
        try
        {
            await frame.AckAsync();
        }
        catch (Exception e)
        {
            // Any exception is only logged: the frame's records are committed, and the reply was sent.
            NotAcked(e, frame.Sequence, frame.KindName);
        }
    }

    [LoggerMessage(4302, LogLevel.Warning,
        "Frame {Sequence} of {Kind} is stored, but its ack could not be sent. It will be delivered again, and its records will be "
        + "duplicates")]
    private partial void NotAcked(Exception exception, ulong sequence, string kind);
}
