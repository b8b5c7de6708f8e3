using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Outbox;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Storage;

/// <summary>A database with an outbox, processes that relay it, and what they have published.</summary>
internal sealed class RelayedEvents : IAsyncDisposable
{
    public const string System = "casino";

    private readonly ConcurrentQueue<OutboxEvent> _published = new();
    private readonly List<RideIngestHost> _relays = [];

    private RelayedEvents(string url) => (Url, Database) = (url, NpgsqlDataSource.Create(url));

    public string Url { get; }

    public NpgsqlDataSource Database { get; }

    public OutboxTable Table { get; } = new(System);

    /// <summary>In the order in which the publisher had them.</summary>
    public IReadOnlyList<string> Published => [.. _published.Select(item => item.Id)];

    public IReadOnlyList<OutboxEvent> Events => [.. _published];

    /// <summary>Whether an event is published, or an exception; all are, unless a test says otherwise.</summary>
    public Func<OutboxEvent, Task<bool>> Publisher { get; set; } = _ => Task.FromResult(true);

    /// <param name="relays">How many processes relay from the start.</param>
    public static async Task<RelayedEvents> StartAsync(int relays = 1, string? url = null)
    {
        var events = new RelayedEvents(url ?? await TestPostgres.CreateDatabaseAsync());
        for (var i = 0; i < relays; i++)
            await events.StartRelayAsync();
        return events;
    }

    /// <summary>A process of its own, as far as Postgres can tell. Unless told otherwise it looks by itself after minutes only.</summary>
    public async Task<RideIngestHost> StartRelayAsync(string system = System, TimeSpan? poll = null)
    {
        var module = new TestModule(
            services => services.AddOutbox(system, _ => PublishAsync, poll ?? TimeSpan.FromMinutes(5)));
        var relay = await module.StartAsync($"--postgres:url={Url}");
        _relays.Add(relay);
        return relay;
    }

    public async Task StopAsync(RideIngestHost relay)
    {
        _relays.Remove(relay);
        await relay.StopAsync();
        await relay.DisposeAsync();
    }

    public static OutboxEvent Event(string key, string id) => new()
    {
        Subject = "casino.events",
        Key = key,
        Id = id,
        Payload = Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\"}}"),
    };

    /// <summary>Adds events in a commit of their own.</summary>
    public async Task AddAsync(params OutboxEvent[] events)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await Table.AddAsync(connection, events);
    }

    public Task<long> WaitingAsync() => Database.ScalarAsync<long>("select count(*) from ops.outbox");

    public Task UntilPublishedAsync(int events) =>
        Eventually.True(async () => _published.Count >= events && await WaitingAsync() == 0);

    public async Task StopRelaysAsync()
    {
        foreach (var relay in _relays.ToList())
            await StopAsync(relay);
    }

    public async ValueTask DisposeAsync()
    {
        await StopRelaysAsync();
        await Database.DisposeAsync();
    }

    private Task<IReadOnlyList<bool>> PublishAsync(IReadOnlyList<OutboxEvent> events, CancellationToken cancellationToken) =>
        OutboxWaves.PublishAsync(events, async item =>
        {
            var isPublished = await Publisher(item).WaitAsync(cancellationToken);
            if (isPublished)
                _published.Enqueue(item);
            return isPublished;
        });
}
