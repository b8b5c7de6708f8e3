using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Spine;

namespace RideIngest.Consumer.Announcing;

/// <summary>
/// After a crash of nats-server its two files may disagree: the stream still has frames that the durable consumer counts as delivered and settled. Nobody
/// would ever get them, and most of them are stored; but an answer of 202 rests on each. A durable consumer made anew delivers what is there: what was
/// stored is a duplicate then.
/// </summary>
internal sealed partial class OrphanedFrames(NatsConnection connection, SpineSettings spine, ILogger<OrphanedFrames> logger)
{
    // Frames that wait, nobody has any in hand, nothing moves, and we pull: for so many seconds that it cannot be the ordinary way of things.
    private const int Enough = 5;

    private (ulong First, ulong Last, ulong Delivered) _standing;
    private int _seen;

    /// <param name="pulls">Whether this instance takes what there is to take.</param>
    public async Task LookAsync(bool pulls, CancellationToken cancellationToken)
    {
        if (!pulls)
        {
            _seen = 0;
            return;
        }
        var js = new NatsJSContext(connection);
        var state = (await js.GetStreamAsync(spine.Stream, cancellationToken: cancellationToken)).Info.State;
        var consumer = (await js.GetConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken)).Info;
        var standing = (state.FirstSeq, state.LastSeq, consumer.Delivered.ConsumerSeq);
        var orphaned = state.Messages > 0 && consumer.NumAckPending == 0 && standing == _standing;
        (_standing, _seen) = (standing, orphaned ? _seen + 1 : 0);
        if (_seen < Enough) return;
        _seen = 0;
        DeliveredAnew(state.Messages, spine.Stream, RidesStream.Consumer);
        await js.DeleteConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken);
        await RidesStream.EnsureAsync(js, spine, cancellationToken);
    }

    [LoggerMessage(4701, LogLevel.Warning, "{Frames} frames of stream {Stream} are delivered to nobody, as after a crash of nats-server: its consumer {Consumer} is made anew, "
        + "and delivers them again")]
    private partial void DeliveredAnew(long frames, string stream, string consumer);
}
