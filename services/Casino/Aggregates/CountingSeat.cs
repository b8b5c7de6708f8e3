using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Casino.Aggregates;

/// <summary>
/// Figures of half the events would be useless, so one process counts, and others with the role stand by. The server decides which: it
/// gives a work queue's subject to one consumer, which is this process's own and removed soon after it is gone. What was not acked by then
/// is counted by the process that takes over.
/// </summary>
internal sealed class CountingSeat(EnsuredStream stream, EventAggregates aggregates)
{
    private static readonly TimeSpan Inactive = TimeSpan.FromSeconds(5);

    private readonly string _instance = Guid.NewGuid().ToString("N");
    private string? _name;

    /// <summary>The consumer; null while another process counts.</summary>
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

    /// <summary>Lets another process begin at once.</summary>
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
            // Then it begins when the server has noticed.
        }
    }
}
