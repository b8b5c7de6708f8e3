using System.Text;
using NATS.Client.JetStream;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.Streams.Rides;

namespace RideIngest.Faults.Incidents;

/// <summary>A frame that cannot be read.</summary>
public sealed class LetterIncidentTests(LetterIncidentWorld world) : IClassFixture<LetterIncidentWorld>
{
    private World World => world.World;

    [Fact]
    public async Task A_poison_frame_becomes_a_letter_whose_alert_lasts_while_it_is_open()
    {
        using var incident = await world.BeginAsync();
        await World.Js.PublishAsync(RidesStream.Subject("bookings"), Encoding.UTF8.GetBytes("no JSON\n"));

        // Open letters are counted every 15 s, and the alert waits for a minute, which is 12 s here.
        await incident.LastsAsync(32);

        await incident.AssertAlertsAsync(["DeadLetters", "DeadLettersOpen"], last: ["DeadLettersOpen"]);
        Assert.Equal([Told.Stored], incident.Told);
        Assert.All(World.Instances, instance => Assert.All(
            incident.Readiness(instance), report => Assert.True(report.IsWell, $"{report}")));
        Assert.Single(incident.Warnings(World.Consumers[0]), line => line.Contains("rides.ingest.bookings", StringComparison.Ordinal));
    }
}
