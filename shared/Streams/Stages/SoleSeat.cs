using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>Lets one process run the stage of a work queue; other processes with the stage stand by.</summary>
/// <remarks>
/// The server decides: it gives a work queue's subject to one consumer, which belongs to one process and is removed soon after that process
/// is gone. The next process gets the events that were not acked by then, in the order of the stream.
/// </remarks>
public sealed class SoleSeat(EnsuredStream stream)
{
    private static readonly TimeSpan Inactive = TimeSpan.FromSeconds(5);

    private readonly string _instance = Guid.NewGuid().ToString("N");
    private string? _name;

    /// <summary>Whether this process has the seat, as far as it knows.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Returns the consumer, or null while another process has the seat.</summary>
    public async Task<INatsJSConsumer?> TakeAsync(ConsumerConfig config, CancellationToken cancellationToken)
    {
        config.Name = config.DurableName = _name = $"{config.Name}-{_instance}";
        var consumer = await stream.OnlyConsumerAsync(config, Inactive, cancellationToken);
        IsTaken = consumer is not null;
        return consumer;
    }

    /// <summary>Lets another process take over at once.</summary>
    public async Task LeaveAsync()
    {
        if (!IsTaken || _name is null)
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
