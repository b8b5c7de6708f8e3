using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Aggregates;

/// <summary>
/// Figures of half the events would be worth nothing, so one process counts, and others with the role stand by. The server sees to it: it
/// gives a work queue's subject to one consumer, which is this process's own and gone soon after it. What was not acknowledged by then is
/// counted by whoever follows.
/// </summary>
internal sealed class CountingSeat(CasinoStream stream, EventAggregates aggregates)
{
    private static readonly TimeSpan Inactive = TimeSpan.FromSeconds(5);

    private readonly string _name = $"{Lane.Aggregates.Consumer}-{Guid.NewGuid():N}";

    /// <summary>The consumer; null while another process counts.</summary>
    public async Task<INatsJSConsumer?> TakeAsync(CancellationToken cancellationToken)
    {
        var consumer = await stream.OnlyConsumerAsync(Lane.Aggregates, _name, Inactive, cancellationToken);
        if (consumer is null)
            aggregates.End();
        else if (!aggregates.IsCounting)
            aggregates.Begin();
        return consumer;
    }

    /// <summary>Lets another process begin at once.</summary>
    public async Task LeaveAsync()
    {
        if (!aggregates.IsCounting)
            return;
        try
        {
            await stream.LeaveAsync(_name);
        }
        catch (NatsException)
        {
            // Then it begins when the server has noticed.
        }
    }
}
