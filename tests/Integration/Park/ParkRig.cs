using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>A park that tests share: each adds rides and customers of its own.</summary>
public sealed class ParkRig : IAsyncLifetime
{
    private RideIngestHost? _other;

    internal SystemRig System { get; private set; } = null!;

    /// <summary>The URL of another process, in this one, over the same servers.</summary>
    public string OtherUrl => _other!.Urls[0];

    public async Task InitializeAsync()
    {
        System = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone));
        _other = RideIngestHost.Create(
            "park", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", .. System.ServerArgs], new ParkModule(ParkDefaults.Alone));
        await _other.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _other!.StopAsync();
        await _other.DisposeAsync();
        await System.DisposeAsync();
    }

    /// <summary>Adds a ride, and returns its id.</summary>
    internal async Task<long> RideAsync(int capacity, string rideTime, string boarding = "clock")
    {
        var answer = await System.PostAsync("/park/rides", new JsonObject
        {
            ["name"] = "Comet",
            ["description"] = "A roller coaster",
            ["capacity"] = capacity,
            ["ride_time"] = rideTime,
            ["boarding"] = boarding,
        }.ToJsonString());
        Assert.Equal(201, answer.Status);
        return (long)answer.Json["id"]!;
    }

    /// <summary>Lets a customer enter, and returns the customer's id.</summary>
    internal async Task<long> EnterAsync()
    {
        var answer = await System.PostAsync("/park/customers", "");
        Assert.Equal(201, answer.Status);
        return (long)answer.Json["id"]!;
    }

    /// <summary>Lets new customers join a ride, one after the other, and returns their ids.</summary>
    internal async Task<IReadOnlyList<long>> JoinedAsync(long ride, int count)
    {
        var customers = new List<long>();
        for (var i = 0; i < count; i++)
        {
            customers.Add(await EnterAsync());
            Assert.Equal(200, (await JoinAsync(ride, customers[^1])).Status);
        }
        return customers;
    }

    internal Task<Answer> JoinAsync(long ride, long customer) => System.PutAsync(QueuePath(ride, customer), "");

    internal static string QueuePath(long ride, long customer) =>
        string.Create(CultureInfo.InvariantCulture, $"/park/rides/{ride}/queue/{customer}");

    internal async Task<JsonNode> ReadRideAsync(long ride) => (await System.GetAsync($"/park/rides/{ride}")).Json;

    internal async Task<JsonNode> ReadCustomerAsync(long customer) => (await System.GetAsync($"/park/customers/{customer}")).Json;

    /// <summary>Waits until a ride is as wanted.</summary>
    internal async Task<JsonNode> RideIsAsync(long ride, Func<JsonNode, bool> wanted)
    {
        var read = await ReadRideAsync(ride);
        await Eventually.True(async () => wanted(read = await ReadRideAsync(ride)));
        return read;
    }

    internal async Task<JsonArray> EventsAsync(string path) => (JsonArray)(await System.GetAsync($"{path}/events?limit=1000")).Json["items"]!;
}
