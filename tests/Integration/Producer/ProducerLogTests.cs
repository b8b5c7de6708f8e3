using System.Text;
using RideIngest.Integration.Systems;

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

    private static async Task<int> PostAsync(HttpClient client)
    {
        using var body = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/bookings", body);
        return (int)answer.StatusCode;
    }
}
