using NATS.Client.Core;
using RideIngest.Hosting.Health;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Whether records can be taken, one way or the other. That NATS or Postgres alone is away is no reason to be taken out of a balancer:
/// every producer would be, at the same moment, while each of them could go on. Nor is one ready that does not know yet which way its
/// records go.
/// </summary>
internal sealed class ProducerReadiness(INatsConnection nats, SpineLink link, DirectStore direct) : IReadinessCheck
{
    public string Name => "producer";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (link.IsReady && nats.ConnectionState == NatsConnectionState.Open)
            return null;
        if (!link.IsReady && link.Trouble is null)
            return "The stream has not been looked for yet. This goes away by itself.";
        if (!direct.IsOn)
            return $"The stream cannot be reached, and ingest.fallback is none: senders hear 503. {link.Trouble}".TrimEnd();
        return await direct.IsThereAsync()
            ? null
            : $"Neither the stream nor Postgres can be reached: senders hear 503. {link.Trouble}".TrimEnd();
    }
}
