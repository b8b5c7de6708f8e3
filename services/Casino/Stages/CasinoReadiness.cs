using RideIngest.Hosting.Health;

namespace RideIngest.Casino.Stages;

/// <summary>Reports whether the stages can read the stream. NATS and Postgres have their own checks.</summary>
internal sealed class CasinoReadiness(CasinoRoles roles) : IReadinessCheck
{
    public string Name => "casino";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(
        roles.Stages is [{ StandsBy: true }]
            ? "Another process counts, and this one has no other role. It takes over when the other process is gone."
            : roles.Stages.Select(stage => stage.Trouble).FirstOrDefault(trouble => trouble is not null));
}
