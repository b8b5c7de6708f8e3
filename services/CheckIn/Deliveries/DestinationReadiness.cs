using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Health;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>Reports that a destination fails. The process is degraded then: check-outs wait, and are delivered later.</summary>
internal sealed class DestinationReadiness<TDestination>(
    CheckInSettings settings, IServiceProvider provider, DefinitionOf<TDestination> definition) : IReadinessCheck
    where TDestination : Destination
{
    public string Name => definition.Value.Name;

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(
        settings.Roles.Contains(definition.Value.Role) ? provider.GetRequiredService<DeliveryStep<TDestination>>().Trouble : null);
}

internal sealed record DefinitionOf<TDestination>(DestinationDefinition Value);
