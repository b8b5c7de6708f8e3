using NATS.Client.Core;
using RideIngest.Platform.Config;
using RideIngest.Platform.Hosting;

namespace RideIngest.Platform.Messaging;

internal sealed class NatsReadiness(NatsConnection connection, NatsSettings settings) : IReadinessCheck
{
    public string Name => "nats";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A ping on a connection that is not open would wait for one; a closed one is an answer already.
            if (connection.ConnectionState == NatsConnectionState.Open)
            {
                await connection.PingAsync(cancellationToken);
                return null;
            }
        }
        catch (NatsException)
        {
            // Lost between the two lines: not ready, as below.
        }

        return $"No NATS server answers at {Redaction.Url(settings.Url)}. Start one (nats-server -js), or set nats.url to one that runs.";
    }
}
