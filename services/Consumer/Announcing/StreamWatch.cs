using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Announcing;

/// <summary>The state of the stream as reported by its leader.</summary>
/// <param name="Backlog">Frames that are not settled; a work queue holds no others.</param>
/// <param name="PendingAcks">Those that a consumer has in hand.</param>
/// <param name="OldestAge">The age of the oldest frame, by the server's clock.</param>
/// <param name="DrainPerSecond">Frames settled per second, averaged over the last few seconds.</param>
internal readonly record struct StreamSight(long Backlog, long PendingAcks, TimeSpan OldestAge, double DrainPerSecond);

/// <summary>Reads the state of the stream.</summary>
internal sealed class StreamWatch(NatsConnection connection, SpineSettings spine, ServerClock clock)
{
    // The rate rises at once and falls slowly; a value from five seconds ago has a weight of a third. So senders are not told to wait long
    // after a start or an outage.
    private const double Latest = 0.2;

    private long _settled = -1;
    private long _at;
    private double _drain;

    /// <exception cref="NatsException">NATS or the stream is unavailable.</exception>
    public async Task<StreamSight> LookAsync(CancellationToken cancellationToken)
    {
        var js = new NatsJSContext(connection);
        var asked = clock.Here;
        var info = (await js.GetStreamAsync(spine.Stream, cancellationToken: cancellationToken)).Info;
        var (state, now) = (info.State, clock.Read(info, asked));
        var consumer = (await js.GetConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken)).Info;
        Drained((long)state.LastSeq - state.Messages);
        return new StreamSight(state.Messages, consumer.NumAckPending, ServerClock.AgeOfFirst(state, now), _drain);
    }

    private void Drained(long settled)
    {
        var (last, since) = (_settled, _at);
        (_settled, _at) = (settled, Stopwatch.GetTimestamp());
        if (last < 0 || settled < last)
            return;
        var seconds = Math.Max(Stopwatch.GetElapsedTime(since, _at).TotalSeconds, 0.1);
        var drained = (settled - last) / seconds;
        _drain = Math.Max(drained, _drain + (Latest * (drained - _drain)));
    }
}
