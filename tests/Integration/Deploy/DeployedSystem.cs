using System.Net;
using System.Text;
using RideIngest.Consumer;
using RideIngest.Integration.Platform;
using RideIngest.Integration.Producer;
using RideIngest.Platform.Hosting;
using RideIngest.Producer;
using RideIngest.TestKit;

namespace RideIngest.Integration.Deploy;

/// <summary>Starts a producer and a consumer with the settings of a deployment, over servers of the test's, and sends a record with the key that was made.</summary>
internal static class DeployedSystem
{
    public static async Task TakesARecordAsync(DeploySecrets secrets, string[] producerArgs, string[] consumerArgs)
    {
        await using var nats = await TestNats.PrivateAsync();
        string[] here =
        [
            "--urls=http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain_delay=0s", $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}",
            "--ingest:replicas=1", "--ingest:stream_bytes=1GB",
        ];
        await using var consumer = RideIngestHost.Create("consumer", [.. consumerArgs, .. here], new ConsumerModule());
        await using var producer = RideIngestHost.Create("producer", [.. producerArgs, .. here], new ProducerModule());
        await consumer.StartAsync();
        await producer.StartAsync();
        using var client = producer.Client();

        using var stranger = await client.PostAsync("/v1/bookings", Booking());
        client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        using var sender = await client.PostAsync("/v1/bookings", Booking());
        using var reader = await client.GetAsync(sender.Headers.Location);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Created, HttpStatusCode.OK), (stranger.StatusCode, sender.StatusCode, reader.StatusCode));
        await producer.StopAsync();
        await consumer.StopAsync();
    }

    private static StringContent Booking() => new(Given.Booking(1), Encoding.UTF8, "application/json");
}
