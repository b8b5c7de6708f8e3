using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Nats;

namespace RideIngest.Streams.Pulls;

/// <summary>Finds messages that would never be delivered, and recreates their consumer.</summary>
/// <remarks>
/// After a crash of nats-server, the stream may still have messages that the consumer counts as settled, or as delivered to a process that
/// is gone. A new consumer delivers them again; messages that were already processed become duplicates.
/// </remarks>
public sealed partial class OrphanWatch(INatsConnection nats, ServerClock clock, ILogger<OrphanWatch> logger)
{
    // An ack and the removal of its message are separate steps, so a message must stay at the front for several checks.
    private const int Enough = 5;
    private const int MessageNotFound = 10037;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // NATS.Net waits while the connection is lost.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    /// <summary>Checks once a second until stopped. Never throws.</summary>
    internal async Task WatchAsync(INatsJSConsumer consumer, PullTarget target, CancellationToken stop)
    {
        var (js, name, stream) = (new NatsJSContext(nats), consumer.Info.Name, consumer.Info.StreamName);
        var (last, looks) = (default(Front), 0);
        while (true)
        {
            await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(AnswersWithin);
            try
            {
                var front = target.IsTaking ? await FrontAsync(js, stream, name, limit.Token) : null;
                looks = front is not null && front.StaysSince(last) && !target.Has(front.Sequence) ? looks + 1 : 0;
                last = front;
                target.Observe(front?.Backlog ?? 0, front?.Age ?? TimeSpan.Zero);
                if (front is null || looks < Enough + (front.IsSettled ? 0 : target.LongestInHand.TotalSeconds))
                    continue;
                looks = 0;
                Recreating(target.Name, front.Sequence, name);
                await target.RecreateAsync(name, limit.Token);
            }
            catch (Exception e) when (e is NatsException or OperationCanceledException)
            {
                // NATS or the consumer is unavailable; the pull notices that as well.
            }
        }
    }

    /// <summary>Returns the first message; null if no message is waiting.</summary>
    private async Task<Front?> FrontAsync(NatsJSContext js, string stream, string consumer, CancellationToken cancellationToken)
    {
        var info = (await js.GetConsumerAsync(stream, consumer, cancellationToken)).Info;
        var asked = clock.Here;
        var found = await js.GetStreamAsync(stream, cancellationToken: cancellationToken);
        var now = clock.Read(found.Info, asked);
        if (info.Config.FilterSubject is not { } subject)
            return found.Info.State is { Messages: > 0 } state ? Front.Of(state.FirstSeq, ServerClock.AgeOfFirst(state, now), info) : null;
        try
        {
            // In a fan-out, other consumers keep messages that this one has settled, unless it is ahead of the stream, which has lost some.
            var isKeptByOthers = found.Info.Config.Retention == StreamConfigRetention.Interest
                && info.AckFloor.StreamSeq <= (ulong)found.Info.State.LastSeq;
            var request = new StreamMsgGetRequest { Seq = isKeptByOthers ? info.AckFloor.StreamSeq + 1 : 1, NextBySubj = subject };
            var first = (await found.GetAsync(request, cancellationToken)).Message;
            return Front.Of(first.Seq, now - first.Time, info);
        }
        catch (NatsJSApiException none) when (none.Error.ErrCode == MessageNotFound)
        {
            return null;
        }
    }

    [LoggerMessage(3104, LogLevel.Warning,
        "Frames of {Name} from sequence {Sequence} on are not delivered, as can happen after a crash of nats-server. Recreating the "
        + "consumer {Consumer}, which delivers them again")]
    private partial void Recreating(string name, ulong sequence, string consumer);

    /// <summary>The first message in the stream, with the consumer's state for it.</summary>
    /// <param name="IsSettled">The consumer counts it as settled, or has no message in hand.</param>
    /// <param name="IsDelivered">The consumer has delivered it before.</param>
    /// <param name="Redelivered">Grows with each message that is delivered again.</param>
    private sealed record Front(ulong Sequence, bool IsSettled, bool IsDelivered, long Redelivered)
    {
        public required long Backlog { get; init; }

        public required TimeSpan Age { get; init; }

        public static Front Of(ulong sequence, TimeSpan age, ConsumerInfo info) => new(
            sequence,
            info.NumAckPending == 0 || info.AckFloor.StreamSeq >= sequence,
            info.Delivered.StreamSeq >= sequence,
            (long)info.Delivered.ConsumerSeq - (long)info.Delivered.StreamSeq)
        {
            Backlog = (long)info.NumPending + info.NumAckPending,
            Age = age > TimeSpan.Zero ? age : TimeSpan.Zero,
        };

        public bool StaysSince(Front? last) =>
            last?.Sequence == Sequence && IsDelivered && (IsSettled || Redelivered <= last.Redelivered);
    }
}
