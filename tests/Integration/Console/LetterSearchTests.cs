using System.Text.Json.Nodes;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using static RideIngest.Integration.Console.ConsoleRig;

namespace RideIngest.Integration.Console;

/// <summary>Lists, searches and groups of dead letters.</summary>
public sealed class LetterSearchTests(ConsoleRig rig) : IClassFixture<ConsoleRig>, IAsyncLifetime
{
    private readonly ConsumerRig _rides = rig.Rides;
    private readonly DeadLetterStore _store = new(rig.Rides.Database);

    private static DeadLetter Other => DeadLetters.Letter("odd", "The player 7 is unknown", """{"id":"odd","name":"Zoë 100%_\\"}""") with
    {
        System = "casino",
        Stage = "player",
        Kind = "casino_events",
        Class = DeadLetterClass.Partner,
        Code = "late",
    };

    public Task InitializeAsync() => _rides.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("system=casino")]
    [InlineData("stage=player&state=open")]
    [InlineData("class=partner")]
    [InlineData("code=late&system=casino")]
    [InlineData("key=odd")]
    [InlineData("owed=false&stage=player")]
    [InlineData("text=PLAYER")]
    [InlineData("text=zo%C3%AB")]
    [InlineData("text=100%25_%5C%5C")]
    [InlineData("text=late&code=late")]
    [InlineData("text=late&state=open&key=odd&system=casino&stage=player&class=partner&owed=false")]
    public async Task A_list_has_only_what_its_parameters_select(string query)
    {
        await _store.AddAsync([.. Numbered(1, 5), Other]);
        await _rides.Database.ExecuteAsync("update ops.dead_letters set owed = 0 where key = 'odd'");

        var list = (await rig.Bob.GetAsync($"{Letters}?{query}")).Json;
        var groups = (await rig.Bob.GetAsync($"{Letters}/groups?{query}")).Json;

        Assert.Equal("odd", (string)Assert.Single(list["items"]!.AsArray())!["key"]!);
        Assert.Equal((1, "late"), (
            (int)Assert.Single(groups["items"]!.AsArray())!["count"]!, (string)groups["items"]![0]!["code"]!));
    }

    [Theory]
    [InlineData("system=casino&code=23514")]
    [InlineData("class=poison")]
    [InlineData("state=discarded&system=rides")]
    [InlineData("text=nobody")]
    [InlineData("text=100x")]
    [InlineData("text=late&state=discarded")]
    public async Task A_list_of_nothing_is_empty(string query)
    {
        await _store.AddAsync([.. Numbered(1, 5), Other]);

        Assert.Equal("""{"items":[],"next":null}""", (await rig.Bob.GetAsync($"{Letters}?{query}")).Text);
        Assert.Equal("""{"items":[],"next":null,"whole":true}""", (await rig.Bob.GetAsync($"{Letters}/groups?{query}")).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("system=rides&")]
    [InlineData("text=refused&")]
    [InlineData("owed=true&")]
    public async Task Pages_have_every_letter_once_the_latest_first(string query)
    {
        await _store.AddAsync([.. Numbered(1, 25)]);

        var pages = await PagesAsync($"{Letters}?{query}limit=10");

        Assert.Equal([10, 10, 5], pages.Select(page => page.Count));
        Assert.Equal(
            Enumerable.Range(1, 25).Reverse().Select(key => $"{key}"),
            pages.SelectMany(page => page).Select(letter => (string)letter["key"]!));
    }

    [Fact]
    public async Task A_text_is_found_in_every_letter_whether_or_not_Postgres_has_trigrams()
    {
        // The one that is searched for is behind the letters that one page searches without an index.
        await _store.AddAsync([DeadLetters.Letter(), Other]);
        await _rides.Database.ExecuteAsync("drop index ops.dead_letters_text");
        await CopyAsync(21_000);

        var without = await PagesAsync($"{Letters}?text=unknown");
        await _rides.Database.ExecuteAsync("select ops.index_dead_letter_text()");
        var indexed = await PagesAsync($"{Letters}?text=unknown");

        Assert.Equal([0, 1], without.Select(page => page.Count));
        Assert.Equal([1], indexed.Select(page => page.Count));
    }

    [Fact]
    public async Task Groups_have_their_count_and_the_first_and_the_latest_time()
    {
        await _store.AddAsync([.. Numbered(1, 7)]);
        await _store.AddAsync([Other]);
        await _rides.Database.ExecuteAsync(
            """
            update ops.dead_letters set first_at = '2026-01-02 03:04:05Z' where key = '4';
            update ops.dead_letters set state = 'discarded' where key = '5';
            """);

        var first = (await rig.Bob.GetAsync($"{Letters}/groups?limit=1")).Json;
        var second = (await rig.Bob.GetAsync($"{Letters}/groups?limit=1&after={first["next"]}")).Json;
        var open = (await rig.Bob.GetAsync($"{Letters}/groups?state=open&code=23514")).Json["items"]![0]!;

        Assert.Equal("late", (string)first["items"]![0]!["code"]!);
        var group = second["items"]![0]!;
        Assert.Equal(
            ("refused", 7, false, 6), ((string)group["message"]!, (int)group["count"]!, (bool)group["more"]!, (int)open["count"]!));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), (DateTimeOffset)group["first_at"]!);
        Assert.Null(second["next"]);
    }

    [Fact]
    public async Task A_group_of_more_letters_than_are_counted_says_so()
    {
        await _store.AddAsync([DeadLetters.Letter()]);
        await CopyAsync(10_000);

        var group = (await rig.Bob.GetAsync($"{Letters}/groups")).Json["items"]![0]!;

        Assert.Equal((10_000, true), ((int)group["count"]!, (bool)group["more"]!));
    }

    private static IEnumerable<DeadLetter> Numbered(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(id => DeadLetters.Letter($"{id}", payload: ConsumerRig.Line(id)));

    private Task CopyAsync(int times) => _rides.Database.ExecuteAsync(
        $"""
        insert into ops.dead_letters (system, stage, subject, kind, key, digest, class, code, message, fingerprint, payload, attempts)
        select system, stage, subject, kind, i, md5(i::text)::uuid, class, code, message, fingerprint, payload, attempts
        from ops.dead_letters, generate_series(1, {times}) as i where key = '7'
        """);

    private async Task<List<List<JsonNode>>> PagesAsync(string path)
    {
        var pages = new List<List<JsonNode>>();
        for (var next = ""; next is not null;)
        {
            var page = (await rig.Bob.GetAsync(path + next)).Json;
            pages.Add([.. page["items"]!.AsArray().Select(item => item!)]);
            next = page["next"] is { } cursor ? $"&after={cursor}" : null;
        }
        return pages;
    }
}
