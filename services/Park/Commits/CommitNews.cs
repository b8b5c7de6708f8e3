using System.Text.Json;
using NATS.Client.Core;
using RideIngest.Hosting.Endpoints;
using RideIngest.Streams.Nats;

namespace RideIngest.Park.Commits;

/// <summary>
/// Tells all processes which rides and customers have new versions, so that they forget the old ones. A message may be lost: each process
/// also looks into Postgres once a second.
/// </summary>
internal sealed class CommitNews(INatsConnection nats, ParkMemory memory, TimeProvider clock) : BackgroundService
{
    private const string Subject = "park.changed";

    // NATS takes messages of up to 1 MB.
    private const int MostCustomers = 20_000;

    private Action _rideChanged = () => { };

    /// <summary>Calls this when a ride has a new version, here or elsewhere.</summary>
    public void Tell(Action rideChanged) => _rideChanged += rideChanged;

    /// <summary>Publishes what a commit of this process changed.</summary>
    public void Publish(CommandWorld world)
    {
        if (world.ChangedRides.Count > 0)
            _rideChanged();
        if (nats.ConnectionState != NatsConnectionState.Open)
            return;
        var customers = world.ChangedCustomers.Take(MostCustomers).ToDictionary(id => id, id => world.Customer(id).Version);
        var changed = new Changed(world.ChangedRides.ToDictionary(id => id, id => world.Ride(id).Version), customers);
        _ = PublishAsync(Subject, changed);
        foreach (var id in world.ChangedRides)
            _ = PublishAsync($"park.rides.{id}", RideFigures.Of(id, world.Ride(id), clock.GetUtcNow(), staleSince: null));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(nats, Subject, (_, payload) => Hear(payload), stoppingToken);

    private void Hear(ReadOnlySpan<byte> payload)
    {
        if (Read(payload) is not { Rides: not null, Customers: not null } changed)
            return;
        foreach (var (id, version) in changed.Customers)
            memory.Forget(id, version);
        if (changed.Rides.Any(ride => !(memory.Ride(ride.Key)?.Version >= ride.Value)))
            _rideChanged();
    }

    /// <returns>Null if the message is not of ours.</returns>
    private static Changed? Read(ReadOnlySpan<byte> payload)
    {
        try
        {
            return JsonSerializer.Deserialize<Changed>(payload, ApiJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task PublishAsync<TMessage>(string subject, TMessage message)
    {
        try
        {
            await nats.PublishAsync(subject, JsonSerializer.SerializeToUtf8Bytes(message, ApiJson.Options));
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The other processes look into Postgres soon.
        }
    }

    /// <summary>New versions by id.</summary>
    private sealed record Changed(IReadOnlyDictionary<long, int> Rides, IReadOnlyDictionary<long, int> Customers);
}
