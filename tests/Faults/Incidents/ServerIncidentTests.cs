using System.Net;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Incidents;

/// <summary>NATS or Postgres fails.</summary>
public sealed class ServerIncidentTests(ServerIncidentWorld world) : IClassFixture<ServerIncidentWorld>
{
    private World World => world.World;

    [Fact]
    public async Task When_NATS_is_killed_one_page_says_so_and_producers_are_degraded_and_store()
    {
        using var incident = await world.BeginAsync();
        await World.Nats.Servers[0].KillAsync();
        await incident.LastsAsync(11);
        await World.Nats.Servers[0].RestartAsync();
        await incident.EndsAsync();

        // A producer that is back before the consumers answers with a receipt.
        Assert.All(incident.Told, told => Assert.True(told is Told.Stored or Told.Accepted));
        await incident.AssertAlertsAsync(["NatsAway", "AroundTheStream"]);
        Assert.All(World.Producers, producer =>
        {
            Assert.All(incident.Readiness(producer), report => Assert.Equal(HttpStatusCode.OK, report.Code));
            Assert.Contains(incident.Readiness(producer), report => report.Status == "degraded" && report.Names("No NATS server answers"));
            Assert.Contains(incident.Warnings(producer), line => line.StartsWith("Storing records directly", StringComparison.Ordinal));
        });
        Assert.All(World.Consumers, consumer => Assert.Contains(
            incident.Readiness(consumer), report => report.Status == "not_ready" && report.Names("No NATS server answers")));
        incident.AssertNothingRepeats();
    }

    [Fact]
    public async Task When_Postgres_hangs_one_page_says_that_nobody_stores_and_senders_get_receipts()
    {
        using var incident = await world.BeginAsync();
        await World.PausePostgresAsync();
        await incident.LastsAsync(18);
        World.ResumePostgres();
        await incident.EndsAsync();

        Assert.Equal([Told.Accepted, Told.Stored], incident.Told.OrderDescending());
        await incident.AssertAlertsAsync(["NobodyStores"]);
        Assert.All(World.Producers, producer =>
        {
            Assert.All(incident.Readiness(producer), report => Assert.Equal(HttpStatusCode.OK, report.Code));
            Assert.Contains(incident.Readiness(producer), report => report.Status == "degraded" && report.Names("postgres"));
        });
        Assert.All(World.Consumers, consumer =>
        {
            Assert.Contains(incident.Readiness(consumer), report => report.Status == "not_ready" && report.Names("Postgres"));
            Assert.Contains(incident.Warnings(consumer), line => line.Contains("Postgres does not answer", StringComparison.Ordinal));
        });

        // To a reader, "stream" is JetStream; Npgsql means the connection.
        Assert.All(World.Instances, instance =>
        {
            Assert.DoesNotContain(incident.Readiness(instance), report => report.Names("reading from stream"));
            Assert.DoesNotContain(incident.Warnings(instance), line => line.Contains("reading from stream", StringComparison.Ordinal));
        });
        incident.AssertNothingRepeats();
    }

    [Fact]
    public async Task When_a_right_is_revoked_consumers_name_it()
    {
        using var incident = await world.BeginAsync();
        await World.ExecuteAsync($"revoke insert on rides.bookings from {World.Role}");
        await incident.LastsAsync(17);
        await World.ExecuteAsync($"grant insert on rides.bookings to {World.Role}");
        await incident.EndsAsync();

        Assert.Equal([Told.Accepted, Told.Stored], incident.Told.OrderDescending());
        await incident.AssertAlertsAsync(["NobodyStores"]);
        Assert.All(World.Producers, producer => Assert.Contains(
            incident.Warnings(producer), line => line.Contains("permission denied for table bookings", StringComparison.Ordinal)));
        Assert.All(World.Consumers, consumer =>
        {
            Assert.Contains(incident.Readiness(consumer), report => report.Status == "not_ready" && report.Names("rides.bookings"));
            Assert.Contains(incident.Warnings(consumer), line => line.Contains("rides.bookings", StringComparison.Ordinal));
        });
        incident.AssertNothingRepeats();
    }
}
