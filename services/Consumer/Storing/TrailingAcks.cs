using RideIngest.Consumer.Frames;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// The ack of a settled frame, sent when the next one is settled, or else a moment later. With the ack of its last frame a stream is empty,
/// and nats-server gives up the file behind it, to make another for the next frame: with one request at a time that is a fifth of its work.
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

    /// <summary>Takes over the frame's ack, and sends that of the one before.</summary>
    public Task AddAsync(RecordFrame settled)
    {
        var before = Interlocked.Exchange(ref _newest, settled);
        _impatience.Change(Patience, Timeout.InfiniteTimeSpan);
        return AckAsync(before);
    }

    /// <summary>Sends the last ack. One that is just being sent for having waited long enough is waited for.</summary>
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
            // Whatever it is: the frame's records rest where they belong, and its senders know.
            NotAcked(e, frame.Sequence, frame.KindName);
        }
    }

    [LoggerMessage(4302, LogLevel.Warning,
        "Frame {Sequence} of {Kind} is stored, but its ack could not be sent: it is delivered again, and its records are duplicates then")]
    private partial void NotAcked(Exception exception, ulong sequence, string kind);
}
