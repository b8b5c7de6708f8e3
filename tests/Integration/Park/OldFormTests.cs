using System.Text.Json.Nodes;

namespace RideIngest.Integration.Park;

/// <summary>The park as clients of its first version know it.</summary>
public sealed class OldFormTests(ParkRig park) : IClassFixture<ParkRig>
{
    private const string Form = "application/x-www-form-urlencoded";

    [Fact]
    public async Task A_day_in_the_park()
    {
        Assert.Equal((200, """{"status":"added"}"""), await PostAsync("/ride/add", "name=Mill&desc=Slow&ride_time_secs=3600&capacity=1", Form));
        Assert.Equal(
            (200, """{"status":"added"}"""),
            await PostAsync("/ride/add/", """{"name":"Wheel","desc":"High","ride_time_secs":60,"capacity":8}""", "application/json"));
        var rides = await RidesAsync();
        var (mill, wheel) = (Named("Mill"), Named("Wheel"));
        var entered = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => EnterAsync()));

        Assert.Equal((200, $$"""{"status":"queued","customer_id":{{entered[0]}}}"""), await QueueAsync(entered[0], mill));
        await park.RideIsAsync(mill, ride => (int)ride["aboard"]! == 1);
        Assert.Equal((200, $$"""{"status":"queued","customer_id":{{entered[1]}}}"""), await QueueAsync(entered[1], mill));
        Assert.Equal((409, """{"err":"the customer is in the queue already"}"""), await QueueAsync(entered[1], mill));
        Assert.Equal((409, $$"""{"err":"The customer is in the queue of ride {{mill}}"}"""), await QueueAsync(entered[1], wheel));
        Assert.Equal((409, $$"""{"err":"The customer is on ride {{mill}}"}"""), await QueueAsync(entered[0], wheel));
        await park.RideIsAsync(mill, ride => (int)ride["waiting"]! == 1);
        rides = await RidesAsync();
        Assert.Equal((7_200_000_000_000, 1), ((long)rides[mill]["waiting_time_in_ns"]!, (int)rides[mill]["in_queue_count"]!));
        Assert.Equal((3_600_000_000_000, 1, "Slow"), (
            (long)rides[mill]["ride_time_in_ns"]!, (int)rides[mill]["capacity"]!, (string)rides[mill]["desc"]!));

        Assert.Equal((200, $$"""{"status":"un-queued","customer_id":{{entered[1]}}}"""), await PostAsync("/customer/unqueue/", $"id={entered[1]}", Form));
        Assert.Equal((409, """{"err":"The customer is in no queue"}"""), await PostAsync("/customer/unqueue", $"id={entered[1]}", Form));
        Assert.Equal((200, $$"""{"status":"updated","customer_id":{{entered[2]}}}"""), await PostAsync("/customer/exit", $"id={entered[2]}", Form));
        var inside = (await park.System.GetAsync("/customer/")).Json.AsArray().Select(customer => (long)customer!["id"]!).ToList();
        Assert.Contains(entered[1], inside);
        Assert.DoesNotContain(entered[2], inside);
        await park.System.PutAsync($"/park/rides/{mill}/status", """{"status":"closed"}""");
        await park.RideIsAsync(mill, ride => (string)ride["status"]! == "closed");
        Assert.Equal(-1, (long)(await RidesAsync())[mill]["waiting_time_in_ns"]!);

        long Named(string name) => rides.Single(ride => (string)ride.Value["name"]! == name).Key;
    }

    [Theory]
    [InlineData("/ride/add", "name=Mill", 400, "capacity must be a whole number from 1 to 10000")]
    [InlineData("/customer/queue", "id=x", 400, "id must be a whole number from 1 to 9223372036854775807")]
    [InlineData("/customer/exit", "id=1000000000", 404, "There is no customer 1000000000")]
    public async Task Errors_are_in_the_old_form(string path, string body, int status, string error) =>
        Assert.Equal((status, new JsonObject { ["err"] = error }.ToJsonString()), await PostAsync(path, body, Form));

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_in_the_old_form()
    {
        var (status, text) = await PostAsync("/ride/add", $"name={new string('x', 20_000)}", Form);

        Assert.Equal(413, status);
        Assert.StartsWith("""{"err":"The body is too large""", text, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Text)> PostAsync(string path, string body, string type)
    {
        var answer = await park.System.PostAsync(path, body, type);
        return (answer.Status, answer.Text);
    }

    private async Task<Dictionary<long, JsonNode>> RidesAsync()
    {
        var rides = (await park.System.GetAsync("/ride")).Json.AsArray();
        return rides.ToDictionary(ride => (long)ride!["id"]!, ride => ride!);
    }

    private async Task<long> EnterAsync() => (long)(await park.System.PostAsync("/customer/enter", "", Form)).Json["customer_id"]!;

    private Task<(int Status, string Text)> QueueAsync(long customer, long ride) =>
        PostAsync("/customer/queue", $"id={customer}&ride_id={ride}", Form);
}
