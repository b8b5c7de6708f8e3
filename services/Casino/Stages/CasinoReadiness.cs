using RideIngest.Hosting.Health;

namespace RideIngest.Casino.Stages;

/// <summary>NATS and Postgres have checks of their own; this is about the stream between the roles.</summary>
internal sealed class CasinoReadiness(CasinoRoles roles) : IReadinessCheck
{
    public string Name => "casino";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(
        roles.Stages is [{ StandsBy: true }]
            ? "Another process counts, which is all that this one is for; this one takes over when that one is gone."
            : roles.Stages.Select(stage => stage.Trouble).FirstOrDefault(trouble => trouble is not null));
}
