using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Incidents;

/// <summary>One consumer of two hangs, or its clock is wrong.</summary>
public sealed class ProcessIncidentTests(ProcessIncidentWorld world) : IClassFixture<ProcessIncidentWorld>
{
    private World World => world.World;

    [Fact]
    public async Task When_a_consumer_is_paused_no_page_rings_and_the_other_stores()
    {
        using var incident = await world.BeginAsync();
        var (paused, other) = (World.Consumers[0], World.Consumers[1]);
        await paused.PauseAsync();
        await incident.LastsAsync(16);
        paused.Resume();
        await incident.EndsAsync();

        await incident.AssertAlertsAsync(["ProcessAway"]);
        Assert.Contains(Told.Stored, incident.Told);
        Assert.Contains(incident.Readiness(paused), report => report == Report.Silence);
        Assert.All([.. World.Producers, other], instance => Assert.All(
            incident.Readiness(instance), report => Assert.True(report.IsWell, $"{report}")));
        Assert.All([.. World.Producers, other], instance => Assert.Empty(incident.Warnings(instance)));
    }

    [Fact]
    public async Task When_a_clock_is_ahead_it_is_named_and_no_backlog_is_said_to_age()
    {
        using var incident = await world.BeginAsync();
        var wrong = World.Consumers[0];
        wrong.Clock!.Set(TimeSpan.FromMinutes(10));
        await incident.LastsAsync(18);
        wrong.Clock.Set(TimeSpan.Zero);
        await incident.LastsUntilAsync(wrong, "agree again");
        await incident.EndsAsync();

        await incident.AssertAlertsAsync(["ClockDiffers"]);
        Assert.Equal([Told.Stored], incident.Told);
        Assert.All(World.Instances, instance => Assert.All(
            incident.Readiness(instance), report => Assert.True(report.IsWell, $"{report}")));
        Assert.Contains(incident.Warnings(wrong), line => line.Contains("clock", StringComparison.Ordinal));
        incident.AssertNothingRepeats();
    }
}
