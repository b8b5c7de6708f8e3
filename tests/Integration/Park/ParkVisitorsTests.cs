using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Simulators;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>The simulated visitors.</summary>
public sealed class ParkVisitorsTests(ParkRig park) : IClassFixture<ParkRig>
{
    [Fact]
    public async Task They_add_rides_come_and_board()
    {
        await using var simulators = RideIngestHost.Create(
            "simulators",
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--simulators:park:url={park.System.Url}", "--simulators:park:rate=20"],
            new SimulatorsModule());
        await simulators.StartAsync();

        // Four rides leave by the clock with the first one who comes. The fifth waits for a controller, which takes a minute.
        await Eventually.True(async () => await park.System.Database.ScalarAsync<long>(
            "select count(*) from park.customers where boarded_at is not null") >= 5);

        Assert.Equal(
            "Comet Ghost train Mill Swing Tower Wheel",
            await park.System.Database.ScalarAsync<string>("select string_agg(title, ' ' order by title collate \"C\") from park.rides"));
        Assert.Equal(2, await park.System.Database.ScalarAsync<long>("select count(*) from park.rides where boarding = 'reported'"));
        await simulators.StopAsync();
    }
}
