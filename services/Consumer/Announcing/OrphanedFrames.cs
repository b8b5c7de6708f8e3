using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Consumer.Frames;
using RideIngest.Spine;

namespace RideIngest.Consumer.Announcing;

/// <summary>
/// After a crash of nats-server its two files may disagree: the stream still has frames that the durable consumer counts as delivered and settled, and the
/// consumer counts others as in hand that the stream has not. Nobody would ever get the former, and most of them are stored; but an answer of 202 rests on
/// each. A durable consumer made anew delivers what is there: what was stored is a duplicate then.
/// </summary>
internal sealed partial class OrphanedFrames(NatsConnection connection, SpineSettings spine, FramesInHand inHand, ILogger<OrphanedFrames> logger)
{
    // An ack and the end of its frame are not one moment: so many seconds the same frame, and it is no such moment.
    private const int Enough = 5;

    private ulong _first;
    private int _seen;

    /// <param name="sight">Of a stream that has frames.</param>
    /// <param name="pulls">Whether this instance takes what there is to take.</param>
    public async Task LookAsync(StreamSight sight, bool pulls, CancellationToken cancellationToken)
    {
        if (!pulls)
        {
            _seen = 0;
            return;
        }
        var stays = sight.First == _first && sight.Delivered >= _first && !inHand.Has(_first);
        (_first, _seen) = (sight.First, stays ? _seen + 1 : 0);

        // Another instance may have it in hand, for as long as it can store none. But it cannot hold us up then, and what both store is stored once.
        var settled = sight.PendingAcks == 0 || sight.Settled >= _first;
        if (_seen < (settled ? Enough : Enough + (2 * inHand.AckWait.TotalSeconds))) return;
        _seen = 0;
        DeliveredAnew(sight.Backlog, spine.Stream, RidesStream.Consumer);
        var js = new NatsJSContext(connection);
        await js.DeleteConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken);
        await RidesStream.EnsureAsync(js, spine, cancellationToken);
    }

    [LoggerMessage(4701, LogLevel.Warning, "{Frames} frames of stream {Stream} are delivered to nobody, as after a crash of nats-server: its consumer {Consumer} is made anew, "
        + "and delivers them again")]
    private partial void DeliveredAnew(long frames, string stream, string consumer);
}
