using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Announcing;

/// <summary>What the stream's leader says of it.</summary>
/// <param name="Backlog">Frames not settled: a work queue has no others.</param>
/// <param name="PendingAcks">Those of them that some consumer has.</param>
/// <param name="OldestAge">Of the oldest of them.</param>
/// <param name="DrainPerSecond">Frames that left per second, over the last few.</param>
internal readonly record struct StreamSight(long Backlog, long PendingAcks, TimeSpan OldestAge, double DrainPerSecond);

/// <summary>Looks at the stream.</summary>
internal sealed class StreamWatch(NatsConnection connection, SpineSettings spine, TimeProvider clock)
{
    // It rises at once and falls slowly, what was five seconds ago counting a third: after a start or an outage senders are not told to
    // stay away for long.
    private const double Latest = 0.2;

    private long _settled = -1;
    private long _at;
    private double _drain;

    /// <exception cref="NatsException">NATS is away, or the stream is.</exception>
    public async Task<StreamSight> LookAsync(CancellationToken cancellationToken)
    {
        var js = new NatsJSContext(connection);
        var state = (await js.GetStreamAsync(spine.Stream, cancellationToken: cancellationToken)).Info.State;
        var consumer = (await js.GetConsumerAsync(spine.Stream, RidesStream.Consumer, cancellationToken)).Info;
        Drained((long)state.LastSeq - state.Messages);
        return new StreamSight(state.Messages, consumer.NumAckPending, Age(state.Messages, state.FirstTs), _drain);
    }

    private void Drained(long settled)
    {
        var (last, since) = (_settled, _at);
        (_settled, _at) = (settled, clock.GetTimestamp());
        if (last < 0 || settled < last)
            return;
        var seconds = Math.Max(clock.GetElapsedTime(since, _at).TotalSeconds, 0.1);
        var drained = (settled - last) / seconds;
        _drain = Math.Max(drained, _drain + (Latest * (drained - _drain)));
    }

    private TimeSpan Age(long messages, string? first)
    {
        if (messages == 0 || !DateTimeOffset.TryParse(first, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return TimeSpan.Zero;
        var age = clock.GetUtcNow() - at;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
