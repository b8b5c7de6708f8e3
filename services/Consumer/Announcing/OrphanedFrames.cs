using NATS.Client.Core;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Storing;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Announcing;

/// <summary>
/// After a crash of nats-server its two files may disagree: the stream still has frames that the durable consumer counts as delivered and
/// settled, and the consumer counts others as in hand that the stream has not. Nobody would ever get the former, and most of them are
/// stored; but an answer of 202 rests on each. A durable consumer made anew delivers what is there: what was stored is a duplicate then.
/// </summary>
internal sealed partial class OrphanedFrames(
    NatsConnection connection, SpineSettings spine, ConsumerSettings settings, NpgsqlDataSource database, FramesInHand inHand,
    ILogger<OrphanedFrames> logger)
{
    // An ack and the end of its frame are not one moment: so many seconds the same frame, and it is no such moment.
    private const int Enough = 5;

    private readonly int _commandTimeout = new NpgsqlConnectionStringBuilder(database.ConnectionString).CommandTimeout;
    private ulong _first;
    private long _redelivered;
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
        var settled = sight.PendingAcks == 0 || sight.Settled >= sight.First;
        var stays = sight.First == _first && sight.Delivered >= _first && !inHand.Has(_first)
            && (settled || sight.Redelivered <= _redelivered);
        (_first, _redelivered, _seen) = (sight.First, sight.Redelivered, stays ? _seen + 1 : 0);
        if (_seen < Enough + (settled ? 0 : LongestInHand.TotalSeconds))
            return;
        _seen = 0;
        DeliveredAnew(sight.Backlog, spine.Stream, RidesStream.Consumer);
        var js = new NatsJSContext(connection);
        var config = (await js.GetConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken)).Info.Config;
        await js.DeleteConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken);
        await js.CreateOrUpdateConsumerAsync(spine.Stream, config, cancellationToken);
    }

    /// <summary>
    /// So long another instance may have a frame, and nobody hear of it: while Postgres stands still it tries for hand_back, and once more;
    /// or it has put the frame off. Then it is delivered again, which is seen.
    /// </summary>
    private TimeSpan LongestInHand =>
        _commandTimeout == 0
            ? TimeSpan.MaxValue
            : settings.HandBack + BatchWork.LongestDelay + (2 * (TimeSpan.FromSeconds(_commandTimeout) + inHand.AckWait));

    [LoggerMessage(
        4701, LogLevel.Warning,
        "{Frames} frames of stream {Stream} are delivered to nobody, as after a crash of nats-server: its consumer {Consumer} is "
            + "made anew, "
        + "and delivers them again")]
    private partial void DeliveredAnew(long frames, string stream, string consumer);
}
