using NATS.Client.JetStream.Models;

namespace RideIngest.Streams.Nats;

/// <summary>The clock of the NATS server, by which the stream's messages are dated. The clock of this machine may be wrong.</summary>
public static class ServerClock
{
    /// <summary>
    /// Returns the server's time of an answer, and records by how much this machine's clock differs. nats-server 2.9 does not send its
    /// time; then this machine's is returned.
    /// </summary>
    /// <param name="asked">The time of the request by <paramref name="clock"/>.</param>
    public static DateTimeOffset Read(StreamInfo answer, DateTimeOffset asked, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (answer.Ts == default)
            return now;
        NatsTelemetry.ClockAhead(asked + ((now - asked) / 2) - answer.Ts);
        return answer.Ts;
    }
}
