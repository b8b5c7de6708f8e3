using System.Diagnostics;
using System.Text.Json;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Endpoints;
using RideIngest.Streams.Nats;

namespace RideIngest.Park.Commits;

/// <summary>
/// Tells all processes which rides and customers have new versions, so that they forget the old ones. A message may be lost: each process
/// also looks into Postgres once a second.
/// </summary>
internal sealed class CommitNews(INatsConnection nats, ParkMemory memory, ParkClock clock) : BackgroundService
{
    private const string Subject = "park.changed";

    // NATS takes messages of up to 1 MB.
    private const int MostCustomers = 20_000;

    private Action<ActivityContext> _rideChanged = _ => { };

    /// <summary>Calls this with the commit's trace when a ride has a new version, here or elsewhere.</summary>
    public void Tell(Action<ActivityContext> rideChanged) => _rideChanged += rideChanged;

    /// <summary>Publishes what a commit of this process changed.</summary>
    /// <param name="trace">Of the commit; the default if it is not recorded.</param>
    public void Publish(CommandWorld world, ActivityContext trace)
    {
        if (world.ChangedRides.Count > 0)
            _rideChanged(trace);
        if (nats.ConnectionState != NatsConnectionState.Open)
            return;
        var customers = world.ChangedCustomers.Take(MostCustomers).ToDictionary(id => id, id => world.Customer(id).Version);
        var changed = new Changed(
            world.ChangedRides.ToDictionary(id => id, id => world.Ride(id).Version), customers, FrameTraces.TraceParent(trace));
        _ = PublishAsync(Subject, changed);
        foreach (var id in world.ChangedRides)
            _ = PublishAsync($"park.rides.{id}", RideFigures.Of(id, world.Ride(id), clock.Now, staleSince: null));
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
            _rideChanged(FrameTraces.Parse(changed.Trace));
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

    /// <summary>New versions by id, and the trace of the commit.</summary>
    private sealed record Changed(IReadOnlyDictionary<long, int> Rides, IReadOnlyDictionary<long, int> Customers, string? Trace);
}
