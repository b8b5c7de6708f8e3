using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Faults.Worlds;

/// <summary>Lets what a failed process had in hand come again within a test's patience.</summary>
internal static class Redelivery
{
    public static async Task SoonAsync(string nats, string stream, IEnumerable<string> consumers)
    {
        await using var client = new NatsConnection(new NatsOpts { Url = nats });
        var js = new NatsJSContext(client);
        foreach (var consumer in consumers)
        {
            var config = (await js.GetConsumerAsync(stream, consumer)).Info.Config;
            config.AckWait = TimeSpan.FromSeconds(2);
            await js.CreateOrUpdateConsumerAsync(stream, config);
        }
    }
}
