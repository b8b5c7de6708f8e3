using System.Text.Json.Nodes;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Producer;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What a balancer sees of a producer: whether records can be taken there, one way or the other.</summary>
public sealed class ProducerReadinessTests
{
    [Fact]
    public async Task A_producer_is_ready_while_either_NATS_or_Postgres_is_there()
    {
        await using var system = await RideSystem.StartAsync(consumer: false, ownPostgres: true);
        await IsAsync(system, 200, "ready");

        await system.Nats.StopAsync();
        await IsAsync(system, 200, "degraded", "nats");
        await system.Postgres!.StopAsync();
        await IsAsync(system, 503, "not_ready", "nats", "postgres", "producer");
        await system.Nats.RestartAsync();
        await IsAsync(system, 200, "degraded", "postgres");
        await system.Postgres.RestartAsync();
        await IsAsync(system, 200, "ready");
    }

    [Fact]
    public async Task A_producer_stays_degraded_before_a_failed_publish_is_explained()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        using var client = await system.StartProducerAsync($"--nats:url={system.Nats.UrlAt(nats.Port)}");
        await RideSystem.WholeAsync(client);

        nats.Suffer(Outage.Still);
        using var body = new StringContent(Given.Booking(Given.NewId()), System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(System.Net.HttpStatusCode.Created, (await client.PostAsync("/v1/bookings", body)).StatusCode);
        var answer = await Answer.OfAsync(await client.GetAsync("/readyz"));
        nats.Recover();

        Assert.Equal((200, "degraded"), (answer.Status, (string?)answer.Json["status"]));
    }

    [Fact]
    public async Task Without_the_fallback_a_producer_is_not_ready_while_NATS_is_away()
    {
        await using var system = await RideSystem.StartAsync(consumer: false, args: "--ingest:fallback=none");

        await system.Nats.StopAsync();

        await IsAsync(system, 503, "not_ready", "nats", "producer");
    }

    [Fact]
    public async Task A_producer_that_starts_while_NATS_is_away_becomes_ready_and_stores_directly()
    {
        await using var nats = await TestNats.PrivateAsync();
        await nats.StopAsync();
        await using var host = RideIngestHost.Create(
            "producer",
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}"],
            new ProducerModule());
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(host.Urls[0]) };

        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        using var body = new StringContent(Given.Booking(Given.NewId()), System.Text.Encoding.UTF8, "application/json");

        Assert.Equal(System.Net.HttpStatusCode.Created, (await client.PostAsync("/v1/bookings", body)).StatusCode);
        await host.StopAsync();
    }

    private static Task IsAsync(RideSystem system, int status, string word, params string[] missing) => Eventually.True(async () =>
    {
        var answer = await system.GetAsync("/readyz");
        return answer.Status == status && (string?)answer.Json["status"] == word
            && missing.SequenceEqual(Missing(answer.Json["missing"]).Order());
    });

    private static IEnumerable<string> Missing(JsonNode? list) => list?.AsArray().Select(m => (string)m!["name"]!) ?? [];
}
