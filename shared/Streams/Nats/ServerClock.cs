using System.Globalization;
using Microsoft.Extensions.Logging;
using NATS.Client.JetStream.Models;

namespace RideIngest.Streams.Nats;

/// <summary>The clock of the NATS server, by which the stream's messages are dated. The clock of this machine may be wrong.</summary>
public sealed partial class ServerClock(TimeProvider clock, ILogger<ServerClock> logger)
{
    /// <summary>As in the alert ClockDiffers.</summary>
    private const double Tolerance = 5;

    private int _differs;

    /// <summary>This machine's time, for <see cref="Read"/>.</summary>
    public DateTimeOffset Here => clock.GetUtcNow();

    /// <summary>
    /// Returns the server's time of an answer, and records by how much this machine's clock differs. nats-server 2.9 does not send its
    /// time; then this machine's is returned.
    /// </summary>
    /// <param name="asked">The time of the request by <see cref="Here"/>.</param>
    public DateTimeOffset Read(StreamInfo answer, DateTimeOffset asked)
    {
        var now = Here;
        if (answer.Ts == default)
            return now;
        var ahead = asked + ((now - asked) / 2) - answer.Ts;
        NatsTelemetry.ClockAhead(ahead);
        var differs = Math.Abs(ahead.TotalSeconds) > Tolerance ? 1 : 0;
        if (Interlocked.Exchange(ref _differs, differs) == differs)
            return answer.Ts;
        if (differs == 1)
            Differs(Math.Round(Math.Abs(ahead.TotalSeconds)), ahead > TimeSpan.Zero ? "ahead of" : "behind");
        else
            Agrees();
        return answer.Ts;
    }

    /// <summary>Returns the age of a stream's first message; zero if there is none.</summary>
    public static TimeSpan AgeOfFirst(StreamState state, DateTimeOffset now) =>
        state.Messages > 0
        && DateTimeOffset.TryParse(state.FirstTs, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var first)
        && first < now
            ? now - first
            : TimeSpan.Zero;

    [LoggerMessage(1203, LogLevel.Warning,
        "The clock of this machine is {Seconds} s {Side} that of the NATS server. Synchronize both; times in logs are wrong until then")]
    private partial void Differs(double seconds, string side);

    [LoggerMessage(1204, LogLevel.Information, "The clocks of this machine and of the NATS server agree again")]
    private partial void Agrees();
}
