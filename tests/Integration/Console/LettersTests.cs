using System.Text.Json.Nodes;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Console.ConsoleRig;

namespace RideIngest.Integration.Console;

/// <summary>What operators see of dead letters, and do with them.</summary>
public sealed class LettersTests(ConsoleRig rig) : IClassFixture<ConsoleRig>, IAsyncLifetime
{
    private readonly ConsumerRig _rides = rig.Rides;
    private readonly DeadLetterStore _store = new(rig.Rides.Database);

    public Task InitializeAsync() => _rides.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_rejected_record_is_listed_shown_and_stored_once_its_cause_is_gone_and_it_is_replayed()
    {
        await _rides.Database.ExecuteAsync("alter table rides.bookings add constraint odd check (user_id <> 666)");
        await _rides.SendAsync(ConsumerRig.Line(4, user: 666));
        var id = await rig.LetterAsync("23514");
        await _rides.Database.ExecuteAsync("alter table rides.bookings drop constraint odd");

        var shown = (await rig.Bob.GetAsync($"{Letters}/{id}")).Json;
        var replayed = await rig.Bob.PostAsync($"{Letters}/{id}/replay");

        Assert.Equal(
            ("rides", "store", "bookings", "4", "system", "open"),
            ((string)shown["letter"]!["system"]!, (string)shown["letter"]!["stage"]!, (string)shown["letter"]!["kind"]!,
                (string)shown["letter"]!["key"]!, (string)shown["letter"]!["class"]!, (string)shown["letter"]!["state"]!));
        Assert.Equal(
            (ConsumerRig.Line(4, user: 666).TrimEnd('\n'), "utf8"),
            ((string)shown["payload"]!["content"]!, (string)shown["payload"]!["encoding"]!));
        Assert.Equal((202, $$"""{"id":{{id}},"state":"replayed"}"""), (replayed.Status, replayed.Text));
        await Eventually.True(async () => await _rides.CountAsync() == 1);
        await _rides.SettledAsync();
        Assert.Equal("replayed", await rig.StateAsync(id));
        Assert.Equal(["replayed by bob"], await HistoryAsync(id));
    }

    [Fact]
    public async Task A_letter_that_its_stage_rejects_again_is_open_again()
    {
        await _rides.PublishAsync("{\"id\":3}");
        var id = await rig.LetterAsync("invalid");

        for (var times = 1; times <= 2; times++)
        {
            Assert.Equal(202, (await rig.Bob.PostAsync($"{Letters}/{id}/replay")).Status);
            await Eventually.True(async () => (await HistoryAsync(id)).Count == 2 * times);
        }

        Assert.Equal("open", await rig.StateAsync(id));
        Assert.Equal(1, await _rides.CountAsync("ops.dead_letters"));
        Assert.Equal(
            ["replayed by bob", "reopened by rides/store", "replayed by bob", "reopened by rides/store"], await HistoryAsync(id));
    }

    [Theory]
    [InlineData("unknown_kind", "pigeons")]
    [InlineData("undecodable", "bookings")]
    [InlineData("empty", "bookings")]
    public async Task A_whole_frame_that_is_rejected_again_is_the_same_letter(string code, string kind)
    {
        await _rides.PublishAsync(
            code switch
            {
                "unknown_kind" => ConsumerRig.Frame((1, 1), (2, 2)),
                "undecodable" => "no json\n\n",
                _ => "",
            },
            kind);
        var id = await rig.LetterAsync(code);

        Assert.Equal(202, (await rig.Bob.PostAsync($"{Letters}/{id}/replay")).Status);

        await Eventually.True(async () => (await HistoryAsync(id)).Count == 2);
        Assert.Equal((1, 2), (
            await _rides.CountAsync("ops.dead_letters"), (int)(await rig.Ada.GetAsync($"{Letters}/{id}")).Json["letter"]!["attempts"]!));
    }

    [Fact]
    public async Task A_frame_with_more_lines_than_a_consumer_decodes_is_stored_in_parts()
    {
        const int Records = 2500;
        var frame = ConsumerRig.Frame([.. Enumerable.Range(1, Records).Select(id => ((long)id, 1L))]);
        await _rides.PublishAsync(frame + new string('\n', SpineSettings.MostFrameLines));
        var id = await rig.LetterAsync("too_many_lines");

        Assert.Equal(202, (await rig.Bob.PostAsync($"{Letters}/{id}/replay")).Status);

        await Eventually.True(async () => await _rides.CountAsync() == Records);
        Assert.Equal(1, await _rides.CountAsync("ops.dead_letters"));
    }

    [Fact]
    public async Task A_frame_whose_headers_could_not_be_read_is_stored_without_them()
    {
        using var raw = new RawPublisher(_rides.Nats.Url);
        raw.Publish("rides.ingest.bookings", "NATS/1.0\r\nno header at all\r\n\r\n", ConsumerRig.Lines(1, 3));
        var id = await rig.LetterAsync("unreadable");

        Assert.Equal(202, (await rig.Bob.PostAsync($"{Letters}/{id}/replay")).Status);

        await Eventually.True(async () => await _rides.CountAsync() == 3);
    }

    [Theory]
    [InlineData("invalid")]
    [InlineData("conflict")]
    [InlineData("undecodable")]
    [InlineData("empty")]
    [InlineData("unforeseen")]
    public async Task Other_content_is_stored_instead_of_the_letters_own_if_it_keeps_the_rules(string code)
    {
        await _rides.SendAsync(ConsumerRig.Line(1));
        if (code == "unforeseen")
            await _store.AddAsync([DeadLetters.Letter(key: null, payload: ConsumerRig.Lines(1, 2)) with { Code = code }]);
        else
            await _rides.PublishAsync(code switch
            {
                "invalid" => "{\"id\":3}",
                "conflict" => ConsumerRig.Line(1, user: 2),
                "undecodable" => "no json",
                _ => "",
            });
        var id = await rig.LetterAsync(code);
        var path = $"{Letters}/{id}/replay";
        var record = JsonNode.Parse(ConsumerRig.Line(7))!;

        var wrong = await rig.Ada.PostAsync(path, new JsonObject { ["payload"] = new JsonObject { ["id"] = 7 } });
        var forbidden = await rig.Bob.PostAsync(path, new JsonObject { ["payload"] = record.DeepClone() });
        var replayed = await rig.Ada.PostAsync(path, new JsonObject { ["payload"] = record.DeepClone() });

        Assert.Equal((422, "user_id is required"), (wrong.Status, $"user_id {wrong.Json["errors"]!["user_id"]![0]}"));
        Assert.Equal((403, true), (forbidden.Status, forbidden.Text.Contains("ops:edit", StringComparison.Ordinal)));
        Assert.Equal(202, replayed.Status);
        await Eventually.True(async () => await _rides.CountAsync("rides.bookings where id = 7") == 1);
        Assert.Equal("replayed", await rig.StateAsync(id));
        var sent = (await rig.Ada.GetAsync($"{Letters}/{id}")).Json["actions"]![0]!["payload"]!["content"]!;
        Assert.Equal(record.ToJsonString(), JsonNode.Parse((string)sent!)!.ToJsonString());
        var listed = (await rig.Bob.GetAsync("/ops/audit?limit=1")).Json["items"]![0]!;
        Assert.Equal((true, null), ((bool)listed["edited"]!, listed["payload"]));
    }

    [Fact]
    public async Task Of_two_operators_who_replay_a_letter_the_second_is_told_who_was_first_and_when()
    {
        await _store.AddAsync([DeadLetters.Letter(payload: ConsumerRig.Line(1))]);
        var id = await rig.LetterAsync("23514");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? rig.Ada : rig.Bob).PostAsync($"{Letters}/{id}/replay")));

        Assert.Equal((1, 7), (answers.Count(answer => answer.Status == 202), answers.Count(answer => answer.Status == 409)));
        var told = answers.First(answer => answer.Status == 409).Json;
        Assert.Equal("/problems/letter-state", (string)told["type"]!);
        Assert.Matches("^It was replayed by (ada|bob) at 20..-..-..T..:..:..\\....Z\\.$", (string)told["detail"]!);
        await Eventually.True(async () => await _rides.CountAsync() == 1);
        Assert.Single(await HistoryAsync(id));
    }

    [Fact]
    public async Task A_discarded_letter_is_kept_with_its_reason_and_can_be_restored()
    {
        await _store.AddAsync([DeadLetters.Letter(payload: ConsumerRig.Line(1))]);
        var id = await rig.LetterAsync("23514");

        var discarded = await rig.Bob.PostAsync($"{Letters}/{id}/discard", new JsonObject { ["reason"] = "a test" });
        var replayed = await rig.Bob.PostAsync($"{Letters}/{id}/replay");
        var restored = await rig.Ada.PostAsync($"{Letters}/{id}/restore");
        var again = await rig.Ada.PostAsync($"{Letters}/{id}/restore");

        Assert.Equal((200, 409, 200, 409), (discarded.Status, replayed.Status, restored.Status, again.Status));
        Assert.StartsWith("It was discarded by bob at", (string)replayed.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(["discarded by bob: a test", "restored by ada"], await HistoryAsync(id));
        Assert.Equal("open", await rig.StateAsync(id));
        Assert.Equal(0, await _rides.CountAsync());
    }

    [Theory]
    [InlineData("?sytem=rides&limit=0", "limit must be a number from 1 to 1000; sytem is unknown; there are system, stage,")]
    [InlineData("?class=bad&state=shut", "class must be one of poison, partner, system; state must be one of open, replayed, discarded.")]
    [InlineData("?after=x", "after must be the value of next in the page before.")]
    [InlineData("?code=1&code=2", "code must not be repeated.")]
    public async Task A_parameter_that_is_unknown_or_wrong_is_named(string query, string detail)
    {
        var answer = await rig.Ada.GetAsync(Letters + query);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith(detail, (string)answer.Json["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/replay", "{\"payload\":7}")]
    [InlineData("/replay", "{\"paylod\":{}}")]
    [InlineData("/replay", "[]")]
    [InlineData("/discard", "{}")]
    [InlineData("/discard", "{\"reason\":\" \"}")]
    [InlineData("/discard", "{\"reason\":\"a\",\"why\":1}")]
    public async Task A_body_that_is_wrong_is_refused(string path, string body)
    {
        await _store.AddAsync([DeadLetters.Letter()]);
        var id = await rig.LetterAsync("23514");

        Assert.Equal(400, (await rig.Ada.PostAsync($"{Letters}/{id}{path}", JsonNode.Parse(body))).Status);
        Assert.Empty(await HistoryAsync(id));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("seven")]
    [InlineData("99999999999999999999")]
    public async Task An_unknown_letter_is_not_found(string id)
    {
        Assert.Equal(404, (await rig.Ada.GetAsync($"{Letters}/{id}")).Status);
        foreach (var action in (string[])["replay", "restore", "discard"])
        {
            var body = action == "discard" ? new JsonObject { ["reason"] = "a test" } : null;
            Assert.Equal(404, (await rig.Ada.PostAsync($"{Letters}/{id}/{action}", body)).Status);
        }
    }

    [Fact]
    public async Task The_scope_read_lists_letters_and_neither_sees_nor_searches_payloads_nor_acts()
    {
        await _store.AddAsync([DeadLetters.Letter()]);
        var id = await rig.LetterAsync("23514");

        foreach (var path in (string[])[Letters, $"{Letters}/groups", "/ops/audit"])
            Assert.Equal(200, (await rig.Carl.GetAsync(path)).Status);
        foreach (var path in (string[])[$"{Letters}/{id}", $"{Letters}?text=secret", $"{Letters}/groups?text=secret"])
            Assert.Equal(403, (await rig.Carl.GetAsync(path)).Status);
        foreach (var path in (string[])[$"{Letters}/{id}/replay", $"{Letters}/{id}/discard", $"{Letters}/{id}/restore", "/ops/discards"])
            Assert.Equal(403, (await rig.Carl.PostAsync(path)).Status);
    }

    [Fact]
    public async Task A_letter_whose_subject_no_stream_has_stays_open()
    {
        await _store.AddAsync([DeadLetters.Letter() with { System = "gone", Subject = "gone.events" }]);
        var id = await rig.LetterAsync("23514");

        var answer = await rig.Ada.PostAsync($"{Letters}/{id}/replay");

        Assert.Equal((409, "/problems/not-replayable"), (answer.Status, (string)answer.Json["type"]!));
        Assert.Equal("open", await rig.StateAsync(id));
    }

    private async Task<List<string>> HistoryAsync(long id) =>
    [
        .. (await rig.Ada.GetAsync($"{Letters}/{id}")).Json["actions"]!.AsArray().Select(action =>
            $"{action!["action"]} by {action["who"]}{((string)action["action"]! == "discarded" ? $": {action["note"]}" : "")}"),
    ];
}
