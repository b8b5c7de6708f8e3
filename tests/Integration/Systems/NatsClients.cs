using NATS.Client.Core;

namespace RideIngest.Integration.Systems;

internal static class NatsClients
{
    // A busy machine may take longer for a new connection than NATS.Net waits by default.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A connection of a test's own.</summary>
    public static NatsConnection To(string url) => new(
        new NatsOpts { Url = url, ConnectTimeout = Patience, RequestTimeout = Patience, CommandTimeout = Patience });
}
