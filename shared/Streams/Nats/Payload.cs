using NATS.Client.Core;

namespace RideIngest.Streams.Nats;

/// <summary>The maximum size of a message.</summary>
public static class Payload
{
    private const int Usual = 1024 * 1024;

    /// <summary>The limit in bytes including headers, as reported by the server, or NATS's default until connected.</summary>
    public static int Most(INatsConnection nats) => nats.ServerInfo?.MaxPayload ?? Usual;
}
