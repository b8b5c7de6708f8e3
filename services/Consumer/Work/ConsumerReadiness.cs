using RideIngest.Consumer.Storing;
using RideIngest.Hosting.Health;
using RideIngest.Streams.Pulls;

namespace RideIngest.Consumer.Work;

/// <summary>Reports whether frames arrive and records can be stored. NATS and Postgres themselves have their own checks.</summary>
internal sealed class ConsumerReadiness(FramePull pull, StoreGate gate) : IReadinessCheck
{
    public string Name => "consumer";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(pull.Trouble ?? gate.Trouble);
}
