using System.Globalization;
using System.Text.Json.Nodes;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>A producer with keys, for all tests of a class.</summary>
public sealed class FailingSystem : IAsyncLifetime
{
    internal RideSystem System { get; private set; } = null!;

    public async Task InitializeAsync() => System = await RideSystem.StartAsync(args:
    [
        .. Keys.Of(0, "ada", "ada-key", "bookings:write"), .. Keys.Of(1, "bob", "bob-key", "bookings:write"),
        .. Keys.Of(2, "carl", "carl-key", "read"), .. Keys.Of(3, "dora", "dora-key", "casino:write"),
        .. Keys.Of(4, "slow", "slow-key", "bookings:write"), "--auth:keys:4:records_per_second=1",
    ]);

    public async Task DisposeAsync() => await System.DisposeAsync();
}

/// <summary>What senders were refused can be found.</summary>
public sealed class FailuresTests(FailingSystem failing) : IClassFixture<FailingSystem>
{
    private readonly RideSystem _system = failing.System;

    [Fact]
    public async Task A_record_that_breaks_a_rule_is_found_by_its_id_with_the_reason_and_the_trace_of_the_answer()
    {
        var id = Given.NewId();

        var refused = await PostAsync("ada", "/v1/bookings", $$"""{"id":{{id}}}""");

        Assert.Equal(422, refused.Status);
        var failure = await FailureAsync("ada", id);
        Assert.Equal(
            ("rides", "bookings", $"{id}", "ada", "validation"),
            (Text(failure, "system"), Text(failure, "kind"), Text(failure, "id"), Text(failure, "sender"), Text(failure, "code")));
        Assert.Equal(Text(refused.Json, "detail"), Text(failure, "reason"));
        Assert.Equal(Text(refused.Json, "traceId"), Text(failure, "trace_id"));
        Assert.InRange((DateTimeOffset)failure["at"]!, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task A_conflict_is_found_also_of_the_old_path()
    {
        var (id, old) = (Given.NewId(), Given.NewId());
        await PostAsync("ada", "/v1/bookings", Given.Booking(id));
        await PostAsync("ada", "/v1/bookings", Given.Booking(old));

        Assert.Equal(409, (await PostAsync("ada", "/v1/bookings", Given.Booking(id, user: 5))).Status);
        Assert.Equal(409, (await PostAsync("ada", "/save/booking/detail", Given.Booking(old, user: 5))).Status);

        foreach (var conflict in (long[])[id, old])
        {
            var failure = await FailureAsync("ada", conflict);
            Assert.Equal("conflict", Text(failure, "code"));
            Assert.Contains($"{conflict} is stored", Text(failure, "reason"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_invalid_lines_of_an_upload_are_found_one_by_one_and_the_page_by_page_list_has_each_once()
    {
        var ids = Given.NewIds(25);
        var lines = string.Concat(ids.Select(id => $"{{\"id\":{id}}}\n"));

        var upload = await PostAsync("bob", "/v1/bookings/batch", lines + Given.Booking(Given.NewId()), "application/x-ndjson");

        Assert.Equal((207, 25), (upload.Status, (int)upload.Json["failed"]!));
        await FailureAsync("bob", ids[^1]);
        Assert.StartsWith("line 1, byte 0: ", Text(await FailureAsync("bob", ids[0]), "reason"), StringComparison.Ordinal);
        var found = new List<string>();
        string? after = null;
        do
        {
            var page = (await GetAsync("bob", $"/v1/failures?limit=10{(after is null ? "" : $"&after={after}")}")).Json;
            Assert.InRange(page["items"]!.AsArray().Count, 1, 10);
            found.AddRange(page["items"]!.AsArray().Select(item => Text(item!, "id")));
            after = (string?)page["next"];
        }
        while (after is not null);
        Assert.All(ids, id => Assert.Single(found, $"{id}"));
    }

    [Fact]
    public async Task A_request_that_is_refused_whole_is_found_without_an_id()
    {
        Assert.Equal(413, (await PostAsync("ada", "/v1/bookings", new string(' ', 100_000))).Status);
        Assert.Equal(415, (await PostAsync("ada", "/v1/bookings", "x", "text/plain")).Status);
        Assert.Equal(415, (await PostAsync("ada", "/v1/bookings/batch", "x", "text/plain")).Status);
        Assert.Equal(400, (await PostAsync("ada", "/v1/bookings/batch", "no array")).Status);
        Assert.Equal(403, (await PostAsync("ada", "/v1/rides", Given.Ride(Given.NewId()))).Status);

        foreach (var code in (string[])["too-large", "unsupported-media-type", "bad-request", "forbidden"])
        {
            await Eventually.True(async () => (await ItemsAsync("ada", "/v1/failures?limit=1000")).Any(
                item => Text(item, "code") == code && item["id"] is null));
        }
    }

    [Fact]
    public async Task A_record_beyond_the_rate_of_its_key_is_found()
    {
        Answer answer;
        do
            answer = await PostAsync("slow", "/v1/bookings", Given.Booking(Given.NewId()));
        while (answer.Status == 201);

        Assert.Equal(429, answer.Status);
        await Eventually.True(async () => (await ItemsAsync("slow", "/v1/failures")).Any(item => Text(item, "code") == "rate-limit"));
    }

    [Fact]
    public async Task A_key_sees_its_own_failures_and_with_the_scope_read_those_of_all()
    {
        var (first, second) = (Given.NewId(), Given.NewId());
        await PostAsync("ada", "/v1/bookings", $$"""{"id":{{first}}}""");
        await PostAsync("bob", "/v1/bookings", $$"""{"id":{{second}}}""");

        Assert.Equal("ada", Text(await FailureAsync("carl", first), "sender"));
        Assert.Equal("bob", Text(await FailureAsync("carl", second), "sender"));
        Assert.Empty(await ItemsAsync("ada", $"/v1/failures?id={second}"));
        Assert.All(await ItemsAsync("ada", "/v1/failures?limit=1000"), item => Assert.Equal("ada", Text(item, "sender")));
        Assert.Empty(await ItemsAsync("dora", "/v1/failures"));
        Assert.Equal(401, (await _system.GetAsync("/v1/failures")).Status);
    }

    [Fact]
    public async Task An_id_that_is_not_stored_is_404_with_its_last_failure_for_those_who_may_see_it()
    {
        var id = Given.NewId();
        await PostAsync("ada", "/v1/bookings", $$"""{"id":{{id}}}""");
        var last = await PostAsync("ada", "/v1/bookings", $$"""{"id":{{id}},"user_id":"x"}""");

        await Eventually.True(async () => (await ItemsAsync("ada", $"/v1/failures?id={id}")).Count == 2);
        var own = await GetAsync("ada", $"/v1/bookings/{id}");
        var all = await GetAsync("carl", $"/v1/bookings/{id}");
        var foreign = await GetAsync("bob", $"/v1/bookings/{id}");

        Assert.Equal((404, "/problems/not-found", id), (own.Status, Text(own.Json, "type"), (long)own.Json["id"]!));
        Assert.Equal("validation", Text(own.Json["last_failure"]!, "code"));
        Assert.Equal(Text(last.Json, "detail"), Text(own.Json["last_failure"]!, "reason"));
        Assert.Equal(Text(last.Json, "traceId"), Text(own.Json["last_failure"]!, "trace_id"));
        Assert.NotNull(own.Json["last_failure"]!["at"]);
        Assert.Equal(Text(last.Json, "detail"), Text(all.Json["last_failure"]!, "reason"));
        Assert.Equal((404, null), (foreign.Status, foreign.Json["last_failure"]));
    }

    [Fact]
    public async Task Failures_since_an_instant_are_listed_and_parameters_that_are_wrong_are_all_named()
    {
        var id = Given.NewId();
        await PostAsync("ada", "/v1/bookings", $$"""{"id":{{id}}}""");
        var at = (DateTimeOffset)(await FailureAsync("ada", id))["at"]!;

        Assert.Single(await ItemsAsync("ada", $"/v1/failures?kind=bookings&id={id}&since={Instant(at)}"));
        Assert.Empty(await ItemsAsync("ada", $"/v1/failures?id={id}&since={Instant(at.AddMilliseconds(1))}"));
        Assert.Empty(await ItemsAsync("ada", $"/v1/failures?kind=rides&id={id}"));
        var wrong = await GetAsync("ada", "/v1/failures?since=yesterday&limit=0&after=x&colour=red");
        Assert.Equal(400, wrong.Status);
        Assert.Equal(["after", "colour", "limit", "since"], wrong.Json["errors"]!.AsObject().Select(error => error.Key));

        static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
    }

    private static string Text(JsonNode node, string name) => (string)node[name]!;

    private Task<Answer> PostAsync(string who, string path, string body, string type = "application/json") =>
        _system.PostAsync(path, body, type, ("X-Api-Key", $"{who}-key"));

    private async Task<Answer> GetAsync(string who, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Api-Key", $"{who}-key" } } };
        return await Answer.OfAsync(await _system.Client.SendAsync(request));
    }

    private async Task<IReadOnlyList<JsonNode>> ItemsAsync(string who, string path) =>
        [.. (await GetAsync(who, path)).Json["items"]!.AsArray().Select(item => item!)];

    // They are written after the answer.
    private async Task<JsonNode> FailureAsync(string who, long id)
    {
        JsonNode? failure = null;
        await Eventually.True(async () =>
            (failure = (await ItemsAsync(who, $"/v1/failures?kind=bookings&id={id}")).SingleOrDefault()) is not null);
        return failure!;
    }
}
