using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.JetStream;
using RideIngest.Consumer.Announcing;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Consumer;

/// <summary>A consumer whose clock is wrong: the stream's messages are dated by the server's.</summary>
public sealed class ConsumerClockTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    /// <summary>nats-server 2.9 does not send its time.</summary>
    public static TheoryData<string> SendTheirTime { get; } =
        new(NatsVersions.All.Select(row => (string)row[0]).Where(version => Version.Parse(version) >= new Version(2, 10)));

    [Theory]
    [MemberData(nameof(SendTheirTime))]
    public async Task The_age_of_the_oldest_frame_is_by_the_servers_clock_and_the_difference_is_a_metric(string version)
    {
        var differences = new ConcurrentBag<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "rideingest.nats.clock.difference")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => differences.Add(seconds));
        listener.Start();
        await using var server = await TestNats.PrivateAsync(version);
        await using var nats = NatsClients.To(server.Url);
        var settings = new SpineSettings();
        await new RidesStream(nats, settings, new Catalog()).ConsumerAsync();
        await new NatsJSContext(nats).PublishAsync(RidesStream.Subject("bookings"), "{}\n"u8.ToArray());

        var clock = new ServerClock(new ClockAhead(), NullLogger<ServerClock>.Instance);
        var sight = await new StreamWatch(nats, settings, clock).LookAsync(default);

        Assert.Equal(1, sight.Backlog);
        Assert.True(sight.OldestAge < Ahead / 2, $"It is {sight.OldestAge} old.");
        Assert.Contains(differences, seconds => Math.Abs(seconds - Ahead.TotalSeconds) < Ahead.TotalSeconds / 10);
    }

    private sealed class ClockAhead : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
