using NATS.Client.JetStream;
using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Settings;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Roles;

/// <summary>What each role is: which lanes it works on, and what it does there.</summary>
internal sealed class CasinoRoles(IServiceProvider provider, CasinoSettings settings)
{
    private IReadOnlyList<Stage>? _stages;

    /// <summary>Those of this process. The generator has none: it is where the way begins.</summary>
    public IReadOnlyList<Stage> Stages => _stages ??= [.. settings.Roles.Distinct().SelectMany(Of)];

    public bool Has(Role role) => settings.Roles.Contains(role);

    private IEnumerable<Stage> Of(Role role) => role switch
    {
        Role.Currency => [Of<CurrencyStep>(Lane.CurrencyPlain), Of<CurrencyStep>(Lane.CurrencyForeign)],
        Role.Player => [Of<PlayerStep>(Lane.Player)],
        Role.Description => [Of<DescriptionStep>(Lane.Description)],
        Role.Aggregates => [Of<AggregatesStep>(Lane.Aggregates)],
        _ => [],
    };

    private Stage Of<TStep>(Lane lane)
        where TStep : class, IStep
    {
        var stream = provider.GetRequiredService<CasinoStream>();
        var logger = provider.GetRequiredService<ILogger<Stage>>();
        var pull = new FramePull(lane, ReachAsync, provider.GetRequiredService<OrphanedFrames>(), logger);
        return new Stage(lane, pull, provider.GetRequiredService<TStep>(), stream, logger);

        async Task<INatsJSConsumer?> ReachAsync(CancellationToken cancellationToken) =>
            lane == Lane.Aggregates
                ? await provider.GetRequiredService<CountingSeat>().TakeAsync(cancellationToken)
                : await stream.ConsumerAsync(lane, cancellationToken);
    }
}
