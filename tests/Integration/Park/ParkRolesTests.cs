using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>A park whose timekeeper does not run, or by a clock that is wrong.</summary>
public sealed class ParkRolesTests
{
    [Fact]
    public async Task A_ride_that_is_overdue_leaves_before_what_a_customer_does()
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone), args: ["--roles", "api"]);
        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1h"}""")).Json["id"]!;
        var first = await EnterAsync();
        var second = await EnterAsync();
        var joined = (await system.PutAsync(ParkRig.QueuePath(ride, first), "")).Json;

        var late = (await system.PutAsync(ParkRig.QueuePath(ride, second), "")).Json;

        Assert.Equal("aboard", (string)(await system.GetAsync($"/park/customers/{first}")).Json["state"]!);
        Assert.Equal((DateTimeOffset)joined["queued_at"]! + TimeSpan.FromHours(1), (DateTimeOffset)late["ends_at"]!);
        var events = (JsonArray)(await system.GetAsync($"/park/rides/{ride}/events")).Json["items"]!;
        Assert.Equal(
            ["RideAdded", "RideCustomerQueued", "RideDeparted", "RideCustomerQueued"],
            events.Select(happened => (string)happened!["name"]!));
        Assert.Equal(joined["queued_at"]!.ToString(), events[2]!["at"]!.ToString());

        async Task<long> EnterAsync() => (long)(await system.PostAsync("/park/customers", "")).Json["id"]!;
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task A_process_whose_clock_is_wrong_boards_in_time(int minutes)
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone), args: ["--roles", "api"]);
        await using var wrong = RideIngestHost.Create(
            "park", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", .. system.ServerArgs],
            new TestModule(services => services.AddSingleton<TimeProvider>(new WrongTime(TimeSpan.FromMinutes(minutes)))),
            new ParkModule(ParkDefaults.Alone));
        await wrong.StartAsync();
        using var there = wrong.Client();
        var ride = (long)(await system.PostAsync(
            "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1h"}""")).Json["id"]!;
        var customer = (long)(await system.PostAsync("/park/customers", "")).Json["id"]!;

        var joined = await Answer.OfAsync(await there.PutAsync(ParkRig.QueuePath(ride, customer), null));

        Assert.InRange((DateTimeOffset)joined.Json["queued_at"]! - DateTimeOffset.UtcNow, -Deadlines.Hang, TimeSpan.FromSeconds(1));
        await Eventually.True(async () => (string)(await system.GetAsync($"/park/customers/{customer}")).Json["state"]! == "aboard");
        var shown = (await Answer.OfAsync(await there.GetAsync($"/park/rides/{ride}"))).Json;
        Assert.Equal(1, (int)shown["aboard"]!);
        Assert.InRange(
            (DateTimeOffset)shown["computed_at"]! - DateTimeOffset.UtcNow, -TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await wrong.StopAsync();
    }

    private sealed class WrongTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
