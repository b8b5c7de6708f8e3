using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>Joining and leaving queues, and what waiting times say.</summary>
public sealed class QueueTests(ParkRig park) : IClassFixture<ParkRig>
{
    [Fact]
    public async Task Who_joins_boards_by_the_clock_and_is_back_after_one_ride_time()
    {
        var ride = await park.RideAsync(capacity: 2, "2s");
        var first = (await park.JoinedAsync(ride, 1))[0];
        var others = await park.JoinedAsync(ride, 3);

        await park.RideIsAsync(ride, read => (int)read["waiting"]! == 0 && (int)read["aboard"]! == 0);

        var events = await park.EventsAsync($"/park/rides/{ride}");
        var departures = events.Where(happened => (string)happened!["name"]! == "RideDeparted").ToList();
        Assert.Equal(
            [first, .. others], departures.SelectMany(happened => happened!["data"]!["boarded"]!.AsArray().Select(id => (long)id!)));
        Assert.Equal(1 + 4 + departures.Count, events.Count);
        Assert.True(departures.Count >= 3);
        var boarded = departures.ConvertAll(happened => (DateTimeOffset)happened!["at"]!);
        Assert.All(boarded.Zip(boarded.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(2)));
        Assert.Equal(
            ["CustomerEntered", "CustomerQueued", "CustomerBoarded"],
            (await park.EventsAsync($"/park/customers/{first}")).Select(happened => (string)happened!["name"]!));
        Assert.Equal("inside", (string)(await park.ReadCustomerAsync(first))["state"]!);
    }

    [Fact]
    public async Task Ten_people_ahead_at_two_per_minute_wait_five_minutes()
    {
        var ride = await park.RideAsync(capacity: 2, "1m");
        var customers = await park.JoinedAsync(ride, 10);

        var read = await park.RideIsAsync(ride, figures => (int)figures["waiting"]! + (int)figures["aboard"]! == 10);
        var last = await park.ReadCustomerAsync(customers[^1]);

        Assert.Equal(("5m", 300, "operating"), ((string)read["waiting_time"]!, (int)read["waiting_seconds"]!, (string)read["status"]!));
        Assert.Equal("queued", (string)last["state"]!);
        Assert.Equal((int)read["waiting"]! - 1, (int)last["ahead"]!);
    }

    [Fact]
    public async Task A_customer_is_in_one_queue_at_most_however_many_requests_race()
    {
        var rides = new List<long>();
        for (var i = 0; i < 5; i++)
            rides.Add(await park.RideAsync(capacity: 1, "1h", "reported"));
        var customer = await park.EnterAsync();
        using var other = new HttpClient { BaseAddress = new(park.OtherUrl), Timeout = Deadlines.Hang };

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            var ride = rides[i % 5];
            return (Ride: ride, Answer: i % 2 == 0
                ? await park.JoinAsync(ride, customer)
                : await Answer.OfAsync(await other.PutAsync(ParkRig.QueuePath(ride, customer), null)));
        }));

        var won = Assert.Single(answers.Where(answer => answer.Answer.Status == 200).Select(answer => answer.Ride).Distinct());
        Assert.All(answers.Where(answer => answer.Ride != won), answer => Assert.Equal(
            (409, "/problems/in-queue"), (answer.Answer.Status, (string)answer.Answer.Json["type"]!)));
        Assert.Single(answers.Where(answer => answer.Answer.Status == 200).Select(answer => answer.Answer.Text).Distinct());
        Assert.Equal(won, (long)(await park.ReadCustomerAsync(customer))["ride_id"]!);
    }

    [Fact]
    public async Task Who_leaves_the_park_leaves_the_queue_too()
    {
        var ride = await park.RideAsync(capacity: 1, "1h", "reported");
        var customer = (await park.JoinedAsync(ride, 1))[0];

        var left = await park.System.DeleteAsync($"/park/customers/{customer}");
        var again = await park.System.DeleteAsync($"/park/customers/{customer}");
        var joined = await park.JoinAsync(ride, customer);

        Assert.Equal((204, 204, 409), (left.Status, again.Status, joined.Status));
        Assert.Equal("/problems/has-left", (string)joined.Json["type"]!);
        await park.RideIsAsync(ride, read => (int)read["waiting"]! == 0);
        Assert.Equal("left", (string)(await park.ReadCustomerAsync(customer))["state"]!);
    }

    [Fact]
    public async Task Leaving_a_queue_is_repeatable_and_a_ride_that_is_down_takes_nobody()
    {
        var ride = await park.RideAsync(capacity: 1, "1h", "reported");
        var customer = (await park.JoinedAsync(ride, 1))[0];
        var path = ParkRig.QueuePath(ride, customer);

        Assert.Equal((204, 204), ((await park.System.DeleteAsync(path)).Status, (await park.System.DeleteAsync(path)).Status));
        var down = await park.System.PutAsync($"/park/rides/{ride}/status", """{"status":"down","reason":"A sensor failed"}""");
        var refused = await park.JoinAsync(ride, customer);

        Assert.Equal((200, null, "down"), (down.Status, (string?)down.Json["waiting_time"], (string)down.Json["status"]!));
        Assert.Equal((409, "/problems/ride-stopped"), (refused.Status, (string)refused.Json["type"]!));
        Assert.Contains("Comet is down", (string)refused.Json["title"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_departure_that_is_reported_twice_counts_once()
    {
        var ride = await park.RideAsync(capacity: 2, "1m", "reported");
        var customers = await park.JoinedAsync(ride, 3);
        var at = DateTimeOffset.UtcNow.ToString("O");

        var path = $"/park/rides/{ride}/departures";
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => park.System.PostAsync(path, $$"""{"boarded":2,"at":"{{at}}"}""")));

        Assert.All(answers, answer => Assert.Equal((200, answers[0].Text), (answer.Status, answer.Text)));
        Assert.Equal((2, 0), ((int)answers[0].Json["boarded"]!, (int)answers[0].Json["walk_ins"]!));
        var read = await park.RideIsAsync(ride, figures => (int)figures["waiting"]! == 1);
        Assert.Equal(2, (int)read["aboard"]!);
        Assert.Equal("aboard", (string)(await park.ReadCustomerAsync(customers[0]))["state"]!);
        var joined = await park.JoinAsync(ride, customers[0]);
        Assert.Equal((409, "/problems/on-ride"), (joined.Status, (string)joined.Json["type"]!));
    }

    [Fact]
    public async Task The_same_key_has_the_first_answer()
    {
        using var http = new HttpClient { BaseAddress = new(park.System.Url), Timeout = Deadlines.Hang };
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => EnterAsync(key)));
        var other = await EnterAsync(Guid.NewGuid().ToString());

        Assert.All(answers, answer => Assert.Equal((201, answers[0].Text), (answer.Status, answer.Text)));
        Assert.NotEqual(answers[0].Text, other.Text);

        async Task<Answer> EnterAsync(string given)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/park/customers") { Headers = { { "Idempotency-Key", given } } };
            return await Answer.OfAsync(await http.SendAsync(request));
        }
    }

    [Theory]
    [InlineData("""{"name":"","capacity":0,"ride_time":"3","x":1}""", 422,
        "capacity must be a whole number from 1 to 10000; name must be text of 1 to 100 characters; ride_time must be a duration from 1s to "
        + "1d, such as 3m; x is unknown; there are name, description, capacity, ride_time, boarding.")]
    [InlineData("{}", 422, "capacity is required; name is required; ride_time is required.")]
    [InlineData("[]", 400, "The body must be a JSON object.")]
    public async Task A_wrong_body_is_named(string body, int status, string detail)
    {
        var answer = await park.System.PostAsync("/park/rides", body);

        Assert.Equal((status, detail), (answer.Status, (string)answer.Json["detail"]!));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var ride = await park.RideAsync(capacity: 1, "1m");

        Assert.Equal(404, (await park.JoinAsync(ride, 1_000_000_000)).Status);
        Assert.Equal(404, (await park.JoinAsync(1_000_000_000, await park.EnterAsync())).Status);
        Assert.Equal(404, (await park.System.GetAsync("/park/rides/1000000000")).Status);
        Assert.Equal(404, (await park.System.GetAsync("/park/customers/1000000000/events")).Status);
    }
}
