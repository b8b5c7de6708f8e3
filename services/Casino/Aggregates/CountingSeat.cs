using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Casino.Aggregates;

/// <summary>
/// Lets one process count, because figures of a part of the events would be useless; other processes with the role stand by.
/// </summary>
/// <remarks>
/// The server decides: it gives a work queue's subject to one consumer, which belongs to one process and is removed soon after that process
/// is gone. The next process counts the events that were not acked by then.
/// </remarks>
internal sealed class CountingSeat(EnsuredStream stream, EventAggregates aggregates)
{
    private static readonly TimeSpan Inactive = TimeSpan.FromSeconds(5);

    private readonly string _instance = Guid.NewGuid().ToString("N");
    private string? _name;

    /// <summary>Returns the consumer, or null while another process counts.</summary>
    public async Task<INatsJSConsumer?> TakeAsync(ConsumerConfig config, CancellationToken cancellationToken)
    {
        config.Name = config.DurableName = _name = $"{config.Name}-{_instance}";
        var consumer = await stream.OnlyConsumerAsync(config, Inactive, cancellationToken);
        if (consumer is null)
            aggregates.End();
        else if (!aggregates.IsCounting)
            aggregates.Begin();
        return consumer;
    }

    /// <summary>Lets another process take over at once.</summary>
    public async Task LeaveAsync()
    {
        if (!aggregates.IsCounting || _name is null)
            return;
        try
        {
            await stream.RemoveConsumerAsync(_name);
        }
        catch (NatsException)
        {
            // Then another process takes over when the server removes the inactive consumer.
        }
    }
}
