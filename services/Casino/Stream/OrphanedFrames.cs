using NATS.Client.Core;

namespace RideIngest.Casino.Stream;

/// <summary>
/// After a crash of nats-server its two files may disagree: the stream still has frames that a consumer counts as settled. Nobody would
/// ever get them, and they take up room. A consumer made anew delivers them again, and what was done with them already is done once all the
/// same.
/// </summary>
internal sealed partial class OrphanedFrames(CasinoStream stream, ILogger<OrphanedFrames> logger)
{
    // An ack and the end of its frame are not one moment: so often the same frame, and it is no such moment.
    private const int Enough = 5;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Looks until asked to stop, or until it has removed the consumer, which whoever pulls makes anew.</summary>
    public async Task WatchAsync(Lane lane, string consumer, CancellationToken stop)
    {
        var (orphan, seen) = ((ulong?)null, 0);
        while (true)
        {
            await Task.Delay(Look, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            try
            {
                var first = await stream.OrphanAsync(lane, consumer, stop);
                (orphan, seen) = (first, first is not null && first == orphan ? seen + 1 : 0);
                if (seen < Enough)
                    continue;
                DeliveredAnew(lane.Subject, first, consumer);
                await stream.RemoveAsync(consumer, stop);
                return;
            }
            catch (Exception e) when (e is NatsException or OperationCanceledException)
            {
                // NATS is away, or the consumer is, which whoever pulls finds out as well.
            }
        }
    }

    [LoggerMessage(6105, LogLevel.Warning,
        "Frames of {Subject} from {Sequence} on are delivered to nobody, as after a crash of nats-server: the consumer {Consumer} "
        + "is made anew, and delivers them again")]
    private partial void DeliveredAnew(string subject, ulong? sequence, string consumer);
}
