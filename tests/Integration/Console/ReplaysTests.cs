using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Console.ConsoleRig;

namespace RideIngest.Integration.Console;

/// <summary>Replays of many letters, and the list of what operators did.</summary>
public sealed class ReplaysTests(ConsoleRig rig) : IClassFixture<ConsoleRig>, IAsyncLifetime
{
    private const string Discards = "/ops/discards";
    private const string Replays = "/ops/replays";

    private readonly ConsumerRig _rides = rig.Rides;
    private readonly DeadLetterStore _store = new(rig.Rides.Database);

    public Task InitializeAsync() => _rides.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_replay_has_the_letters_of_its_moment_and_none_that_come_later()
    {
        await AddAsync(1, 30);
        await AddAsync(31, 40, code: "other");

        var created = await rig.Bob.PostAsync(Replays, Order("""{"code":"23514"}""", rate: 60));
        await AddAsync(41, 50);
        var finished = await FinishedAsync(created);

        Assert.Equal((202, 30, 30, 0, 0, "bob"), (
            created.Status, (int)finished["total"]!, (int)finished["done"]!, (int)finished["failed"]!, (int)finished["skipped"]!,
            (string)finished["who"]!));
        Assert.Equal("""{"code":"23514"}""", finished["filter"]!.ToJsonString());
        await Eventually.True(async () => await _rides.CountAsync() == 30);
        Assert.Equal(30, await _rides.CountAsync("rides.bookings where id <= 30"));
        Assert.Equal((30, 20), (
            await _rides.CountAsync("ops.dead_letters where state = 'replayed' and code = '23514' and key::int <= 30"),
            await _rides.CountAsync("ops.dead_letters where state = 'open'")));
    }

    [Fact]
    public async Task A_dry_run_counts_the_letters_and_sends_none()
    {
        await AddAsync(1, 5);

        var counted = await rig.Bob.PostAsync(Replays, Order("{}", isDryRun: true));

        Assert.Equal((200, """{"id":null,"total":5}"""), (counted.Status, counted.Text));
        Assert.Equal(5, await _rides.CountAsync("ops.dead_letters where state = 'open'"));
    }

    [Fact]
    public async Task A_replay_of_no_letters_is_finished_at_once()
    {
        var created = await rig.Bob.PostAsync(Replays, Order("""{"code":"none"}"""));

        Assert.Equal("finished", (string)(await rig.Bob.GetAsync($"{Replays}/{created.Json["id"]}")).Json["state"]!);
    }

    [Fact]
    public async Task Letters_that_cannot_be_published_stay_open_and_those_that_others_closed_are_skipped()
    {
        await AddAsync(1, 20);
        await _store.AddAsync([DeadLetters.Letter("x") with { System = "gone", Subject = "gone.events" }]);

        // Of the last one, at the slowest rate, whose turn comes after the test has closed it.
        var created = await rig.Bob.PostAsync(Replays, Order("{}", rate: 10));
        var last = (long)(await rig.Bob.GetAsync($"{Letters}?key=20")).Json["items"]![0]!["id"]!;
        var discarded = await rig.Ada.PostAsync($"{Letters}/{last}/discard", new JsonObject { ["reason"] = "a test" });
        var finished = await FinishedAsync(created);

        Assert.Equal(200, discarded.Status);
        Assert.Equal((21, 19, 1, 1), (
            (int)finished["total"]!, (int)finished["done"]!, (int)finished["failed"]!, (int)finished["skipped"]!));
        Assert.Equal("gone", await _rides.Database.ScalarAsync<string>("select system from ops.dead_letters where state = 'open'"));
    }

    [Fact]
    public async Task A_console_that_is_killed_during_a_replay_forgets_and_repeats_no_letter()
    {
        const int Many = 60;
        await AddAsync(1, Many);
        var before = (await _rides.Js.GetStreamAsync(RidesStream.Name)).Info.State.LastSeq;
        await using var other = _rides.SpawnService("Console", ConsoleRig.Access);
        using var ada = new OperatorClient($"{await other.UrlAsync()}", "ada-key");

        var created = await ada.PostAsync(Replays, Order("{}", rate: 40));
        await Eventually.True(async () => await _rides.CountAsync("ops.dead_letter_actions") > 0);
        other.Kill();
        var finished = await FinishedAsync(created);

        Assert.Equal((Many, Many), ((int)finished["total"]!, (int)finished["done"]!));
        await Eventually.True(async () => await _rides.CountAsync() == Many);
        await _rides.SettledAsync();
        Assert.Equal((ulong)Many, (await _rides.Js.GetStreamAsync(RidesStream.Name)).Info.State.LastSeq - before);
        Assert.Equal(Many, await _rides.CountAsync("ops.dead_letter_actions where action = 'replayed' and who = 'ada'"));
    }

    [Fact]
    public async Task Many_letters_are_discarded_at_once_and_each_is_kept_with_the_reason()
    {
        await AddAsync(1, 5);
        await AddAsync(6, 7, code: "other");

        var counted = await rig.Bob.PostAsync(Discards, new JsonObject { ["filter"] = Selected(), ["dry_run"] = true });
        var unexplained = await rig.Bob.PostAsync(Discards, new JsonObject { ["filter"] = Selected() });
        var discarded = await rig.Bob.PostAsync(Discards, new JsonObject { ["filter"] = Selected(), ["reason"] = "a test" });
        var again = await rig.Bob.PostAsync(Discards, new JsonObject { ["filter"] = Selected(), ["reason"] = "a test" });

        Assert.Equal((200, """{"total":5}"""), (counted.Status, counted.Text));
        Assert.Equal((400, "The reason must be text of 1 to 1000 characters."), (unexplained.Status, (string)unexplained.Json["detail"]!));
        Assert.Equal((200, """{"total":5}"""), (discarded.Status, discarded.Text));
        Assert.Equal((200, """{"total":0}"""), (again.Status, again.Text));
        Assert.Equal((5, 2, 5), (
            await _rides.CountAsync("ops.dead_letters where state = 'discarded' and code = '23514'"),
            await _rides.CountAsync("ops.dead_letters where state = 'open'"),
            await _rides.CountAsync("ops.dead_letter_actions where action = 'discarded' and who = 'bob' and note = 'a test'")));

        static JsonObject Selected() => new() { ["code"] = "23514" };
    }

    [Theory]
    [InlineData("""{}""", "The property filter must be an object")]
    [InlineData("""{"filter":{"cod":"1"},"rate":5}""", "cod is unknown; there are system,")]
    [InlineData("""{"filter":{"state":"discarded"}}""", "state must be open")]
    [InlineData("""{"filter":{},"rate":0}""", "rate must be a number from 1 to 10000")]
    [InlineData("""{"filter":{},"dry":true}""", "dry is unknown; there are rate, dry_run")]
    [InlineData("""[]""", "The body must be an object")]
    public async Task A_wrong_order_is_refused_with_what_is_wrong(string body, string detail)
    {
        var answer = await rig.Bob.PostAsync(Replays, JsonNode.Parse(body));

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(detail, (string)answer.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_replay_is_not_found() => Assert.Equal(404, (await rig.Bob.GetAsync($"{Replays}/999999")).Status);

    [Fact]
    public async Task The_audit_has_every_action_the_latest_first_and_goes_on_after_a_cursor()
    {
        await AddAsync(1, 3);
        var ids = (await rig.Ada.GetAsync(Letters)).Json["items"]!.AsArray().Select(letter => (long)letter!["id"]!).ToList();
        await rig.Bob.PostAsync($"{Letters}/{ids[0]}/discard", new JsonObject { ["reason"] = "a test" });
        await rig.Ada.PostAsync($"{Letters}/{ids[0]}/restore");
        await rig.Ada.PostAsync($"{Letters}/{ids[1]}/replay");

        var first = (await rig.Bob.GetAsync("/ops/audit?limit=2")).Json;
        var second = (await rig.Bob.GetAsync($"/ops/audit?limit=2&after={first["next"]}")).Json;

        Assert.Equal([("ada", "replayed", ids[1]), ("ada", "restored", ids[0])], Actions(first));
        Assert.Equal([("bob", "discarded", ids[0])], Actions(second));
        Assert.Null(second["next"]);

        static IEnumerable<(string, string, long)> Actions(JsonNode page) => page["items"]!.AsArray().Select(action =>
            ((string)action!["who"]!, (string)action["action"]!, (long)action["letter"]!));
    }

    private static JsonObject Order(string filter, int rate = 10_000, bool isDryRun = false) => new()
    {
        ["filter"] = JsonNode.Parse(filter),
        ["rate"] = rate,
        ["dry_run"] = isDryRun,
    };

    private Task AddAsync(int first, int last, string code = "23514") => _store.AddAsync(
    [
        .. Enumerable.Range(first, last - first + 1).Select(id => DeadLetters.Letter($"{id}", payload: ConsumerRig.Line(id)) with
        {
            Code = code,
        }),
    ]);

    private async Task<JsonNode> FinishedAsync(Answer created)
    {
        JsonNode? replay = null;
        await Eventually.True(async () =>
            (string)(replay = (await rig.Bob.GetAsync($"{Replays}/{created.Json["id"]}")).Json)["state"]! == "finished");
        return replay!;
    }
}
