using System.Text.Json.Nodes;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>Snapshots, the archive, and the command rebuild.</summary>
public sealed class RebuildTests
{
    [Fact]
    public async Task What_is_in_the_archive_is_missed_by_nobody_and_a_rebuild_gives_the_same()
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone), args: "--park:snapshot_after=10");
        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":2,"ride_time":"1s"}""")).Json["id"]!;
        var customers = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            customers.Add((long)(await system.PostAsync("/park/customers", "")).Json["id"]!);
            Assert.Equal(200, (await system.PutAsync(ParkRig.QueuePath(ride, customers[^1]), "")).Status);
        }
        await Eventually.True(async () => (int)(await RideAsync(system.GetAsync))["waiting"]! == 0);
        foreach (var customer in customers.Take(6))
            Assert.Equal(204, (await system.DeleteAsync($"/park/customers/{customer}")).Status);
        var before = await EventsAsync($"/park/rides/{ride}");

        await Eventually.True(async () => await system.Database.ScalarAsync<long>(
            "select count(*) from park.archive where aggregate_root = 'ride'") >= 10);
        await Eventually.True(async () => await system.Database.ScalarAsync<long>(
            "select count(distinct source_id) from park.archive where aggregate_root = 'customer'") == 6);

        Assert.Equal(before, await EventsAsync($"/park/rides/{ride}"));
        Assert.Equal("All are as stored.", (await RebuildAsync(system))[^18..]);
        await using (var anew = RideIngestHost.Create(
            "park", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", .. system.ServerArgs], new ParkModule(ParkDefaults.Alone)))
        {
            await anew.StartAsync();
            using var http = new HttpClient { BaseAddress = new(anew.Urls[0]), Timeout = Deadlines.Hang };
            Assert.Equal(
                Without(await RideAsync(system.GetAsync), "computed_at", "waiting_until"),
                Without(await RideAsync(async path => await Answer.OfAsync(await http.GetAsync(path))), "computed_at", "waiting_until"));
            foreach (var (customer, state) in new[] { (customers[0], "left"), (customers[^1], "inside") })
            {
                var read = await Answer.OfAsync(await http.GetAsync($"/park/customers/{customer}"));
                Assert.Equal(state, (string)read.Json["state"]!);
            }
            await anew.StopAsync();
        }
        await system.Database.ExecuteAsync($"update park.customers set ride_id = {ride} where id = {customers[^1]}");
        Assert.Contains($"Customer {customers[^1]} is", await RebuildAsync(system), StringComparison.Ordinal);

        async Task<JsonNode> RideAsync(Func<string, Task<Answer>> get) => (await get($"/park/rides/{ride}")).Json;

        async Task<string> EventsAsync(string path) => (await system.GetAsync($"{path}/events?limit=1000")).Text;
    }

    private static string Without(JsonNode ride, params string[] members)
    {
        var rest = ride.DeepClone().AsObject();
        foreach (var member in members)
            rest.Remove(member);
        return rest.ToJsonString();
    }

    private static async Task<string> RebuildAsync(SystemRig system)
    {
        await using var process = StartedProcess.Service("Park", ["rebuild", system.ServerArgs[1]]);
        await process.ExitAsync();
        return process.Said.Trim();
    }
}
