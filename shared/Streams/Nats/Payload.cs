using NATS.Client.Core;

namespace RideIngest.Streams.Nats;

/// <summary>How long a message may be.</summary>
public static class Payload
{
    private const int Usual = 1024 * 1024;

    /// <summary>In bytes, headers included: what the server says, or what is usual until it is heard.</summary>
    public static int Most(INatsConnection nats) => nats.ServerInfo?.MaxPayload ?? Usual;
}
