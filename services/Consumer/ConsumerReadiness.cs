using RideIngest.Consumer.Frames;
using RideIngest.Platform.Hosting;

namespace RideIngest.Consumer;

/// <summary>NATS and Postgres have checks of their own; this is about the stream between them.</summary>
internal sealed class ConsumerReadiness(FramePull pull) : IReadinessCheck
{
    public string Name => "consumer";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(pull.Trouble);
}
