using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Publishes events, those of a key in their order and only after all earlier ones of it. Returns for each whether the stream has it; after
/// an exception, all events count as not published.
/// </summary>
public delegate Task<IReadOnlyList<bool>> PublishEvents(IReadOnlyList<OutboxEvent> events, CancellationToken cancellationToken);

public static class OutboxServices
{
    private static readonly TimeSpan UsualPoll = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds a system's <see cref="OutboxTable"/>, with the system's name as the key, and the relay that publishes its events. Of several
    /// processes with the same outbox, one relays; another takes over when it stops.
    /// </summary>
    /// <param name="poll">The longest time between two looks at the outbox.</param>
    /// <param name="relays">Whether this process may relay; null for always.</param>
    public static IServiceCollection AddOutbox(
        this IServiceCollection services, string system, Func<IServiceProvider, PublishEvents> publisher, TimeSpan? poll = null,
        Func<IServiceProvider, bool>? relays = null) =>
        services
            .AddMigrations("ops", typeof(OutboxTable))
            .AddKeyedSingleton(system, new OutboxTable(system))

            // AddHostedService would ignore the relay of a second system, because both have the same type.
            .AddSingleton<IHostedService>(provider => new OutboxRelay(
                new RelayedOutbox(system, publisher(provider), poll ?? UsualPoll, Runs: relays?.Invoke(provider) ?? true),
                provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<Migrations>(),
                provider.GetRequiredService<ILogger<OutboxRelay>>()));
}
