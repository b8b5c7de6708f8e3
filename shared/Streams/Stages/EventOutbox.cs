using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Npgsql;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>Keeps events in a system's outbox while NATS is unavailable. The outbox's relay publishes them later.</summary>
internal sealed partial class EventOutbox<TEvent>(
    NpgsqlDataSource database, OutboxTable outbox, EventFormat<TEvent> format, ILogger<EventOutbox<TEvent>> logger)
{
    // Short, because senders are waiting.
    private static readonly TimeSpan KeptWithin = TimeSpan.FromSeconds(5);

    private readonly Repeats _failures = new();

    /// <returns>Whether all events are committed.</returns>
    public async Task<bool> KeepAsync(string subject, string id, EventsToSend<TEvent> events)
    {
        using var limit = new CancellationTokenSource(KeptWithin);
        try
        {
            await using var connection = await database.OpenConnectionAsync(limit.Token);
            var rows = events.Events.Select((item, index) => format.ToOutbox(
                subject, string.Create(CultureInfo.InvariantCulture, $"{id}-{index}"), item, events.Traces.ElementAtOrDefault(index)));
            await outbox.AddAsync(connection, [.. rows], limit.Token);
            if (_failures.End() is > 0 and var times)
                KeepsAgain(times);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            var reason = PostgresFailure.Describe(database, e);
            if (_failures.Next(reason) is { } repeated)
                NotKept(events.Events.Count, subject, reason, repeated);
            return false;
        }
    }

    [LoggerMessage(3221, LogLevel.Warning,
        "{Count} events for {Subject} could neither be published nor kept in the outbox ({Reason}); their senders are asked to "
        + "retry{Repeated}")]
    private partial void NotKept(int count, string subject, string reason, string repeated);

    [LoggerMessage(3222, LogLevel.Information, "Events are kept in the outbox again, after {Times} failures")]
    private partial void KeepsAgain(int times);
}

public static class EventOutboxRegistration
{
    /// <summary>Adds a system's outbox, with a relay that publishes to its stream.</summary>
    /// <param name="relays">Whether this process may relay; null for always.</param>
    public static IServiceCollection AddEventOutbox(
        this IServiceCollection services, string system, Func<IServiceProvider, EnsuredStream> stream,
        Func<IServiceProvider, bool>? relays = null) =>
        services.AddOutbox(
            system,
            provider => new OutboxFrames(provider.GetRequiredService<StreamPublisher>(), stream(provider)).PublishAsync,
            relays: relays);
}
