using System.Text;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What a producer logs about the way that records take.</summary>
public sealed class ProducerLogTests
{
    [Fact]
    public async Task It_logs_when_it_begins_and_ends_answering_202_and_storing_directly()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var producer = StartedProcess.Service("Producer", system.Arguments);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);

        await SaysAsync("answered 202 at once");
        await system.StartConsumerAsync();
        await SaysAsync("A consumer can store again");

        await system.Nats.StopAsync();
        Assert.Equal(201, await PostAsync(client));
        await SaysAsync("Storing records directly in Postgres");
        await system.Nats.RestartAsync();
        await RideSystem.WholeAsync(client);
        await PostAsync(client);
        await SaysAsync("Publishing to the stream again, after 1 records");

        Task SaysAsync(string words) => producer.SaysAsync(line => line.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Postgres_that_hangs_is_named_in_the_log_and_in_readyz_while_records_are_stored_directly()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var network = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        await using var producer = StartedProcess.Service("Producer", [.. system.Arguments, .. system.Through(nats, network)]);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        await system.Nats.StopAsync();
        Assert.Equal(201, await PostAsync(client));

        network.BlackHole();
        Assert.Equal(503, await PostAsync(client));

        var hangs = $"Postgres does not answer at {TcpProxy.Host}:{network.Port} (database test_";
        await producer.SaysAsync(line => line.Contains("nor stored directly", StringComparison.Ordinal) && line.Contains(hangs, StringComparison.Ordinal));
        await Eventually.True(async () =>
            (await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync()).Contains(hangs, StringComparison.Ordinal));
        Assert.DoesNotContain("from stream", producer.Said, StringComparison.Ordinal);
    }

    private static async Task<int> PostAsync(HttpClient client)
    {
        using var body = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/bookings", body);
        return (int)answer.StatusCode;
    }
}
