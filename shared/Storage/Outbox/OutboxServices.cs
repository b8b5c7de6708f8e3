using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Publishes events, no two of which have the same key, in any order, each with its id as the message's. Returns for each whether it is
/// published: <c>true</c> when the stream has it. If it throws, none counts as published.
/// </summary>
public delegate Task<IReadOnlyList<bool>> PublishEvents(IReadOnlyList<OutboxEvent> events, CancellationToken cancellationToken);

public static class OutboxServices
{
    private static readonly TimeSpan UsualPoll = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gives a system its <see cref="OutboxTable"/>, under the system's name as the key, and the relay that publishes what is written
    /// there. Of several processes with the same outbox one relays, and another takes over when it ends.
    /// </summary>
    /// <param name="poll">After how long the relay looks without being woken.</param>
    public static IServiceCollection AddOutbox(
        this IServiceCollection services, string system, Func<IServiceProvider, PublishEvents> publisher, TimeSpan? poll = null) =>
        services
            .AddMigrations("ops", typeof(OutboxTable))
            .AddKeyedSingleton(system, new OutboxTable(system))

            // Not AddHostedService, which would take the relay of a second system for the same service.
            .AddSingleton<IHostedService>(provider => new OutboxRelay(
                new RelayedOutbox(system, publisher(provider), poll ?? UsualPoll),
                provider.GetRequiredService<NpgsqlDataSource>(),
                provider.GetRequiredService<Migrations>(),
                provider.GetRequiredService<ILogger<OutboxRelay>>()));
}
