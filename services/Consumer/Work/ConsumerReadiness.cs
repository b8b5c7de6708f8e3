using RideIngest.Consumer.Storing;
using RideIngest.Hosting.Health;
using RideIngest.Streams.Pulls;

namespace RideIngest.Consumer.Work;

/// <summary>
/// NATS and Postgres have checks of their own, of whether they answer; this is about whether frames come, and records can be stored.
/// </summary>
internal sealed class ConsumerReadiness(FramePull pull, StoreGate gate) : IReadinessCheck
{
    public string Name => "consumer";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(pull.Trouble ?? gate.Trouble);
}
