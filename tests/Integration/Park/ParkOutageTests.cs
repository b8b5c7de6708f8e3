using System.Text.Json.Nodes;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>A park whose servers are away.</summary>
public sealed class ParkOutageTests
{
    [Fact]
    public async Task While_Postgres_is_away_figures_say_their_age_and_then_rides_leave_at_the_times_that_were_due()
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone), ownPostgres: true);
        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1s"}""")).Json["id"]!;
        await using var live = new EventFeed(new($"{system.Url}/park/live"));
        var customers = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            customers.Add((long)(await system.PostAsync("/park/customers", "")).Json["id"]!);
            Assert.Equal(200, (await system.PutAsync(ParkRig.QueuePath(ride, customers[^1]), "")).Status);
        }

        await system.Postgres.KillAsync();

        var refused = await system.PostAsync("/park/customers", "");
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        await live.UntilAsync(ride, read => read["stale_since"] is not null);
        var read = (await system.GetAsync($"/park/rides/{ride}")).Json;
        Assert.NotNull(read["stale_since"]);
        var waits = (await system.GetAsync($"/park/customers/{customers[^1]}")).Json;
        Assert.Equal("queued", (string)waits["state"]!);
        Assert.NotNull(waits["stale_since"]);
        await system.Postgres.RestartAsync();

        await live.UntilAsync(ride, figures => (int)figures["waiting"]! == 0 && figures["stale_since"] is null);
        var events = (JsonArray)(await system.GetAsync($"/park/rides/{ride}/events?limit=1000")).Json["items"]!;
        var departures = events.Where(happened => (string)happened!["name"]! == "RideDeparted").Select(happened => (
            At: (DateTimeOffset)happened!["at"]!, Boarded: (long)happened["data"]!["boarded"]!.AsArray().Single()!)).ToList();
        Assert.Equal(customers, departures.Select(departure => departure.Boarded));
        Assert.All(departures.Zip(departures.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(1), pair.Second.At - pair.First.At));
    }

    [Fact]
    public async Task While_Postgres_hangs_live_clients_hear_how_old_the_figures_are()
    {
        var database = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateDatabaseAsync());
        await using var network = new TcpProxy(database.Host!, database.Port);
        (database.Host, database.Port) = (TcpProxy.Host, network.Port);
        await using var system = await SystemRig.StartAsync(
            new ParkModule(ParkDefaults.Alone), args: $"--postgres:url={database.ConnectionString}");
        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1s"}""")).Json["id"]!;
        await using var live = new EventFeed(new($"{system.Url}/park/live"));
        await live.UntilAsync(ride, read => read["stale_since"] is null);

        network.BlackHole();

        await live.UntilAsync(ride, read => read["stale_since"] is not null);
        network.Resume();
        await live.UntilAsync(ride, read => read["stale_since"] is null);
        Assert.Equal(201, (await system.PostAsync("/park/customers", "")).Status);
    }

    [Fact]
    public async Task Without_NATS_commands_boarding_and_reads_go_on()
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone));
        await system.Nats.KillAsync();

        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1s"}""")).Json["id"]!;
        var customer = (long)(await system.PostAsync("/park/customers", "")).Json["id"]!;
        Assert.Equal(200, (await system.PutAsync(ParkRig.QueuePath(ride, customer), "")).Status);

        await Eventually.True(async () => (string)(await system.GetAsync($"/park/customers/{customer}")).Json["state"]! == "aboard");
        Assert.Null((await system.GetAsync($"/park/rides/{ride}")).Json["stale_since"]);
    }
}
