using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Tests;

/// <summary>
/// The park with two processes for each role, of which each fails in turn, and then both servers. Visitors enter, queue, change their minds
/// and leave all the while.
/// </summary>
public sealed class ParkQueuesFaultsTests : IAsyncLifetime
{
    private const int Visitors = 24;
    private const string Events = "(select * from park.events union all select * from park.archive) as event";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly ConcurrentQueue<(long Ride, long Customer)> _joined = new();
    private SystemWorld _world = null!;
    private Instance _api = null!;
    private Instance _otherApi = null!;
    private Instance _timekeeper = null!;
    private Instance _otherTimekeeper = null!;
    private long[] _rides = [];
    private long _reported;

    public async Task InitializeAsync()
    {
        _world = await SystemWorld.CreateAsync("park");
        (_api, _otherApi) = (Add("api", "api"), Add("other-api", "api"));
        (_timekeeper, _otherTimekeeper) = (Add("timekeeper", "timekeeper"), Add("other-timekeeper", "timekeeper"));
        await _world.StartAsync();

        // Together they take more people than come.
        _rides = [await RideAsync(15, "1s", "clock"), await RideAsync(25, "1s", "clock"), await RideAsync(30, "2s", "clock")];
        _reported = await RideAsync(20, "1s", "reported");
    }

    public Task DisposeAsync() => _world.DisposeAsync().AsTask();

    [Fact]
    public async Task Nobody_is_in_two_queues_or_boards_twice_or_never_whatever_fails()
    {
        await using var live = new EventFeed(new(_api.Url, "/park/live"));
        await using var otherLive = new EventFeed(new(_otherApi.Url, "/park/live"));
        using var enough = new CancellationTokenSource();
        using var empty = new CancellationTokenSource();
        var visiting = Task.WhenAll(Enumerable.Range(0, Visitors).Select(visitor => VisitAsync(new Random(visitor), enough.Token)));
        var controlling = ControlAsync(empty.Token);
        await SystemWorld.AgainAsync(instance => instance.KillAsync(), _api, _timekeeper);
        await SystemWorld.AgainAsync(instance => instance.KillAsync(), _otherApi, _otherTimekeeper);
        foreach (var answer in (string[])["INSERT 0 ", "COMMIT"])
        {
            await SystemWorld.KillAtAsync(api => api.Postgres, Way.ToClient, answer, _api, _otherApi);
            await SystemWorld.KillAtAsync(timekeeper => timekeeper.Postgres, Way.ToClient, answer, _timekeeper, _otherTimekeeper);
        }
        await SystemWorld.PauseAsync(_api, _timekeeper);
        await SystemWorld.AgainAsync(instance => instance.TerminateAsync(), _otherApi, _otherTimekeeper);
        await AwayAsync(_world.Postgres.KillAsync, () => _world.Postgres.RestartAsync());
        await AwayAsync(_world.Nats.Servers[0].KillAsync, () => _world.Nats.Servers[0].RestartAsync());
        await enough.CancelAsync();
        await visiting;
        await EmptyAsync();
        await empty.CancelAsync();
        await controlling;

        await AnswersAreRightAsync();
        await QueuesAreRightAsync();
        await DeparturesAreRightAsync();
        await FiguresAreRightAsync(live, otherLive);
        await RebuildsAsync();
    }

    private static async Task AwayAsync(Func<Task> kill, Func<Task> restart)
    {
        await kill();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await restart();
        await Task.Delay(TimeSpan.FromSeconds(3));
    }

    /// <summary>Each join that was answered has its events, in both streams.</summary>
    private async Task AnswersAreRightAsync()
    {
        var stored = (await _world.ColumnAsync<(long, long)>(
            $"select (data ->> 'ride')::bigint, source_id from {Events} where name = 'CustomerQueued'")).ToHashSet();
        Assert.NotEmpty(_joined);
        Assert.DoesNotContain(_joined, join => !stored.Contains(join));
    }

    /// <summary>Who queues then leaves or boards, once, before queueing again.</summary>
    private async Task QueuesAreRightAsync()
    {
        Assert.Equal(0, await _world.CountAsync(
            $"""
            from (
              select name, lead(name) over (partition by source_id order by version) as next from {Events}
              where aggregate_root = 'customer' and name in ('CustomerQueued', 'CustomerUnQueued', 'CustomerBoarded')) as step
            where (name = 'CustomerQueued') = (next is null or next = 'CustomerQueued')
            """));
        Assert.Equal(0, await _world.CountAsync(
            $"from (select source_id from {Events} group by aggregate_root, source_id having max(version) <> count(*)) as gap"));
    }

    /// <summary>Those on a ride boarded it then, rides that leave by the clock are not on two ways at once, and none is too full.</summary>
    private async Task DeparturesAreRightAsync()
    {
        Assert.Equal(
            await _world.ColumnAsync<(long, long, DateTime)>(
                $"""
                select source_id, jsonb_array_elements(data -> 'boarded')::bigint, at from {Events} where name = 'RideDeparted'
                """),
            await _world.ColumnAsync<(long, long, DateTime)>(
                $"select (data ->> 'ride')::bigint, source_id, at from {Events} where name = 'CustomerBoarded'"));
        Assert.Equal(0, await _world.CountAsync(
            $"""
            from (
              select ride.id, event.at, ride.ride_time, ride.capacity, jsonb_array_length(event.data -> 'boarded') as boarded,
                lead(event.at) over (partition by ride.id order by event.version) as next
              from {Events} join park.rides as ride on event.source_id = ride.id and ride.boarding = 'clock'
              where event.name = 'RideDeparted') as departure
            where next < at + ride_time or boarded > capacity or boarded = 0
            """));
    }

    private async Task FiguresAreRightAsync(params EventFeed[] feeds)
    {
        foreach (var ride in (long[])[.. _rides, _reported])
        {
            foreach (var feed in feeds)
            {
                await Eventually.True(async () => feed.Find(ride) is { } seen
                    && Same(seen, JsonNode.Parse(await Http.GetStringAsync(new Uri(_api.Url, $"/park/rides/{ride}")))!));
            }
        }

        static bool Same(JsonNode seen, JsonNode read) =>
            ((string[])["version", "status", "waiting", "aboard", "waiting_time"]).All(name => $"{seen[name]}" == $"{read[name]}");
    }

    private async Task RebuildsAsync()
    {
        var (code, said) = await _world.RunAsync("Park", "rebuild");
        Assert.True(code == 0, said);
        Assert.Contains("All are as stored.", said, StringComparison.Ordinal);
    }

    private Task EmptyAsync() => Eventually.True(async () => await _world.CountAsync("from park.rides where waiting > 0") == 0);

    /// <summary>Posts departures of the ride that has a controller, each again until it is recorded.</summary>
    private async Task ControlAsync(CancellationToken empty)
    {
        while (!empty.IsCancellationRequested)
        {
            var departure = $$"""{"boarded":15,"at":"{{DateTimeOffset.UtcNow:O}}"}""";
            await PersistAsync(api => SendAsync(api, HttpMethod.Post, $"/park/rides/{_reported}/departures", departure));
            await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
        }
    }

    /// <summary>Lets one customer after the other enter, join queues, and leave.</summary>
    private async Task VisitAsync(Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var key = random.Next().ToString(CultureInfo.InvariantCulture);
            var entered = await PersistAsync(api => SendAsync(api, HttpMethod.Post, "/park/customers", key: key));
            var customer = (long)JsonNode.Parse(entered.Text)!["id"]!;
            for (var turn = 0; turn < 3; turn++)
            {
                long[] rides = [.. _rides, _reported];
                var ride = rides[random.Next(rides.Length)];
                var path = string.Create(CultureInfo.InvariantCulture, $"/park/rides/{ride}/queue/{customer}");
                if ((await PersistAsync(api => SendAsync(api, HttpMethod.Put, path))).Status == HttpStatusCode.OK)
                    _joined.Enqueue((ride, customer));
                await Task.Delay(random.Next(100, 500), CancellationToken.None);
                if (random.Next(4) == 0)
                    await PersistAsync(api => SendAsync(api, HttpMethod.Delete, path));
            }
            if (random.Next(2) == 0)
                await PersistAsync(api => SendAsync(api, HttpMethod.Delete, $"/park/customers/{customer}"));
        }
    }

    /// <summary>Sends a request to one API or the other, until it has an answer that is final.</summary>
    private async Task<(HttpStatusCode Status, string Text)> PersistAsync(Func<Instance, Task<(HttpStatusCode Status, string Text)?>> send)
    {
        (HttpStatusCode Status, string Text)? answer = null;
        var attempts = Random.Shared.Next(2);
        await Eventually.True(async () =>
            (answer = await send(attempts++ % 2 == 0 ? _api : _otherApi)) is { Status: < HttpStatusCode.InternalServerError });
        return answer!.Value;
    }

    private static async Task<(HttpStatusCode Status, string Text)?> SendAsync(
        Instance api, HttpMethod method, string path, string? body = null, string? key = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(api.Url, path));
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            if (key is not null)
                request.Headers.Add("Idempotency-Key", key);
            using var answer = await Http.SendAsync(request);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private async Task<long> RideAsync(int capacity, string rideTime, string boarding)
    {
        var body = $$"""{"name":"Ride","capacity":{{capacity}},"ride_time":"{{rideTime}}","boarding":"{{boarding}}"}""";
        return (long)JsonNode.Parse((await PersistAsync(api => SendAsync(api, HttpMethod.Post, "/park/rides", body))).Text)!["id"]!;
    }

    private Instance Add(string name, string role) => _world.Add("Park", name, "--roles", role, "--park:snapshot_after=50");
}
