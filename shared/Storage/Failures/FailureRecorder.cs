using System.Threading.Channels;

namespace RideIngest.Storage.Failures;

/// <summary>
/// Takes failures for <c>ops.failures</c> and the log. Never waits: when too many wait to be written, further ones are lost and counted.
/// </summary>
public sealed class FailureRecorder
{
    private const int MostWaiting = 10_000;

    private readonly Channel<NewFailure> _waiting = Channel.CreateBounded<NewFailure>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private readonly FailureLog _log;

    internal FailureRecorder(FailureLog log) => _log = log;

    internal ChannelReader<NewFailure> Waiting => _waiting.Reader;

    public void Add(in NewFailure failure)
    {
        _log.Add(failure);
        if (!_waiting.Writer.TryWrite(failure))
            FailureTelemetry.Lost.Add(1);
    }
}
