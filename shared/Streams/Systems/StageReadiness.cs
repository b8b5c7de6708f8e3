using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Health;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Systems;

/// <summary>Reports whether a system's stages can read its stream. NATS and Postgres have their own checks.</summary>
/// <typeparam name="TSettings">The settings of the system, which make the type of its check its own.</typeparam>
internal sealed class StageReadiness<TSettings>(SystemName<TSettings> system, IServiceProvider provider) : IReadinessCheck
{
    private readonly IReadOnlyList<Stage> _stages = provider.GetRequiredKeyedService<IReadOnlyList<Stage>>(system.Name);

    public string Name => system.Name;

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(
        _stages is [{ StandsBy: true }]
            ? "Another process has the only stage of this one, and this one takes over when the other is gone."
            : _stages.Select(stage => stage.Trouble).FirstOrDefault(trouble => trouble is not null));
}

internal sealed record SystemName<TSettings>(string Name);
