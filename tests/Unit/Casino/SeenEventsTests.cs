using RideIngest.Casino.Aggregates;

namespace RideIngest.Unit.Casino;

public sealed class SeenEventsTests
{
    [Fact]
    public void Each_id_is_new_once()
    {
        var seen = new SeenEvents();
        foreach (var id in (long[])[1, 63, 64, 65, long.MaxValue])
            Assert.True(seen.Add(id));
        foreach (var id in (long[])[1, 63, 64, 65, long.MaxValue])
            Assert.False(seen.Add(id));
    }

    [Fact]
    public void The_last_ones_are_remembered_however_they_are_made()
    {
        var seen = new SeenEvents(runsOfGeneration: 100);
        for (var id = 1L; id <= 1000; id++)
            Assert.True(seen.Add(id * 1_000_003));
        for (var id = 901L; id <= 1000; id++)
            Assert.False(seen.Add(id * 1_000_003));
        Assert.True(seen.Add(1_000_003));
    }

    [Fact]
    public void Consecutive_ids_are_remembered_for_64_times_as_long()
    {
        var seen = new SeenEvents(runsOfGeneration: 100);
        for (var id = 0; id < 6400; id++)
            Assert.True(seen.Add(id));
        for (var id = 0; id < 6400; id++)
            Assert.False(seen.Add(id));
    }

    [Fact]
    public void One_that_comes_late_into_an_old_run_is_remembered_as_long_as_any_other()
    {
        var seen = new SeenEvents(runsOfGeneration: 100);
        for (var run = 1L; run <= 100; run++)
            Assert.True(seen.Add(run * 64));

        Assert.True(seen.Add(65));
        for (var run = 101L; run <= 200; run++)
            Assert.True(seen.Add(run * 64));

        Assert.False(seen.Add(65));
    }
}
