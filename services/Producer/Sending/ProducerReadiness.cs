using NATS.Client.Core;
using RideIngest.Hosting.Health;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Checks that records can be stored through NATS or directly in Postgres. The loss of one of them must not take all producers out of the
/// load balancer at once. Not ready until the stream was first checked.
/// </summary>
internal sealed class ProducerReadiness(INatsConnection nats, SpineLink link, DirectStore direct) : IReadinessCheck
{
    public string Name => "producer";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (link.IsReady && nats.ConnectionState == NatsConnectionState.Open)
            return null;
        if (link.Store is null && link.Trouble is null)
            return "The stream has not been checked yet. No action is needed.";
        if (!direct.IsOn)
            return $"The stream cannot be reached, and ingest.fallback is none: senders get 503. {link.Trouble}".TrimEnd();
        return await direct.IsThereAsync()
            ? null
            : $"Neither the stream nor Postgres can be reached: senders get 503. {link.Trouble}".TrimEnd();
    }
}
