using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Aggregates;

/// <summary>Lets one process count, because figures of a part of the events would be useless; others with the role stand by.</summary>
internal sealed class CountingSeat(EnsuredStream stream, EventAggregates aggregates)
{
    private readonly SoleSeat _seat = new(stream);

    /// <summary>Returns the consumer, or null while another process counts.</summary>
    public async Task<INatsJSConsumer?> TakeAsync(ConsumerConfig config, CancellationToken cancellationToken)
    {
        var consumer = await _seat.TakeAsync(config, cancellationToken);
        if (consumer is null)
            aggregates.End();
        else if (!aggregates.IsCounting)
            aggregates.Begin();
        return consumer;
    }

    /// <summary>Lets another process take over at once.</summary>
    public Task LeaveAsync() => aggregates.IsCounting ? _seat.LeaveAsync() : Task.CompletedTask;
}
