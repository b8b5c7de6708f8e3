using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Producer;
using RideIngest.Simulators;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>Who may publish events, and who may see what became of them.</summary>
public sealed class CasinoAccessTests
{
    private static readonly string[] WriterAndReader =
    [
        .. Keys.Of(0, "table", "the-tables-key", "casino:write", "bookings:write"), .. Keys.Of(1, "floor", "the-floors-key", "read"),
    ];

    [Fact]
    public async Task Without_a_key_or_with_an_unknown_one_the_answer_is_401_and_nothing_enters()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync(args: WriterAndReader);

        Assert.Equal(401, (await PostAsync(casino, Start(1))).Status);
        foreach (var path in (string[])["/materialized", "/casino/live"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(casino, path));
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(casino, path, "guess"));
        }

        Use(casino, "the-tables-key");
        Assert.Equal(202, (await PostAsync(casino, Start(2))).Status);
        Use(casino, "the-floors-key");
        Assert.Equal(1, (long)(await CountedAsync(casino, 1))["events_total"]!);
    }

    [Fact]
    public async Task A_key_allows_what_its_scopes_say()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync(args: WriterAndReader);

        Use(casino, "the-floors-key");
        var (status, problem) = await PostAsync(casino, Bets(1, 10), "application/x-ndjson");
        Assert.Equal((403, "/problems/forbidden"), (status, (string?)problem["type"]));
        Assert.Contains("casino:write", (string)problem["detail"]!, StringComparison.Ordinal);

        foreach (var path in (string[])["/materialized", "/casino/live"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(casino, path, "the-tables-key"));
            Assert.Equal(HttpStatusCode.OK, await GetAsync(casino, path, "the-floors-key"));
        }
        Assert.Equal(HttpStatusCode.OK, await GetAsync(casino, "/casino", "the-floors-key"));
    }

    [Fact]
    public async Task Beyond_its_rate_a_key_is_told_when_to_come_back_and_an_upload_takes_its_time()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync(
            "generator",
            [.. Keys.Of(0, "slow", "the-slow-key", "casino:write"), "--auth:keys:0:records_per_second=20", "--casino:generator:rate=0"]);
        Use(casino, "the-slow-key");

        var since = TimeProvider.System.GetTimestamp();
        Assert.Equal(202, (await PostAsync(casino, Bets(1, 41), "application/x-ndjson")).Status);
        Assert.True(TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(0.9));

        await Eventually.True(async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(1, 41).Select(_ => PostAsync(casino, Bet(1))));
            var refused = answers.Where(answer => answer.Status == 429).ToList();
            Assert.All(
                refused, answer => Assert.Equal(
                    ("/problems/rate-limit", true), ((string?)answer.Body["type"], (bool)answer.Body["retryable"]!)));
            return refused.Count > 0;
        });
    }

    [Fact]
    public async Task Invalid_events_count_against_the_rate_as_valid_ones_do()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("generator",
            [.. Keys.Of(0, "slow", "the-slow-key", "casino:write"), "--auth:keys:0:records_per_second=20", "--casino:generator:rate=0"]);
        Use(casino, "the-slow-key");

        var since = TimeProvider.System.GetTimestamp();
        Assert.Equal(207, (await PostAsync(casino, string.Concat(Enumerable.Repeat("{}\n", 41)), "application/x-ndjson")).Status);
        Assert.True(TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(0.9));
    }

    [Theory]
    [InlineData("auth.open", "--urls", "http://0.0.0.0:0")]
    [InlineData("auth.keys", "--auth:mode=keys")]
    public async Task A_casino_that_strangers_could_use_or_nobody_does_not_start(string mentioned, params string[] args)
    {
        await using var process = StartedProcess.Service("Casino", ["--urls", "http://127.0.0.1:0", "--roles", "aggregates", .. args]);

        Assert.Equal(1, await process.ExitAsync());
        Assert.Contains(mentioned, process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_one_process_with_the_producer_the_keys_are_the_same_and_refused_events_are_found_there()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var host = RideIngestHost.Create(
            "both",
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}", .. WriterAndReader],
            new ProducerModule(), new CasinoModule(new CasinoDefaults(0, Output: false, RatesPath: "/none", Essential: false)));
        await host.StartAsync();
        using var client = await ReadyAsync(new Uri(host.Urls[0]));
        Use(client, "the-tables-key");

        using var booking = await client.PostAsync(
            "/v1/bookings", new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json"));
        var (published, _) = await PostAsync(client, Start(1));

        Assert.True(booking.IsSuccessStatusCode);
        Assert.Equal(202, published);
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync(client, "/v1/rides/1", "the-tables-key"));
        Assert.Equal(HttpStatusCode.NotFound, await GetAsync(client, "/v1/bookings/1", "the-floors-key"));

        var (refused, problem) = await PostAsync(client, """{"id":7,"type":"bet"}""");
        var (some, _) = await PostAsync(client, Start(8) + "\n{\"id\":9,\"type\":\"bet\"}\n", "application/x-ndjson");
        JsonArray? failures = null;
        await Eventually.True(async () => (failures = JsonNode.Parse(await client.GetStringAsync("/v1/failures?kind=events"))!["items"]!.AsArray()).Count == 2);
        Assert.Equal((422, 207), (refused, some));
        Assert.Equal(["casino 9 table validation", "casino 7 table validation"], failures!.Select(failure =>
            $"{failure!["system"]} {failure["id"]} {failure["sender"]} {failure["code"]}"));
        Assert.Equal(((string?)problem["detail"], (string?)problem["traceId"]), ((string?)failures![1]!["reason"], (string?)failures[1]!["trace_id"]));
        await host.StopAsync();
    }

    [Fact]
    public async Task Whoever_lets_the_exchange_rate_API_fail_needs_a_key_and_whoever_asks_for_rates_does_not()
    {
        await using var host = RideIngestHost.Create(
            "simulators",
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", .. WriterAndReader, .. Keys.Of(2, "chaos", "the-chaos-key", "ops")],
            new SimulatorsModule());
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(host.Urls[0]) };
        async Task<HttpStatusCode> FailAsync() => (await client.PutAsync("/simulators/rates/fault/errors", null)).StatusCode;

        Assert.Equal(HttpStatusCode.Unauthorized, await FailAsync());
        Use(client, "the-floors-key");
        Assert.Equal(HttpStatusCode.Forbidden, await FailAsync());
        client.DefaultRequestHeaders.Clear();
        Assert.Equal(HttpStatusCode.OK, await GetAsync(client, "/simulators/rates/latest?base=EUR"));

        Use(client, "the-chaos-key");
        Assert.Equal(HttpStatusCode.NoContent, await FailAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, await GetAsync(client, "/simulators/rates/latest?base=EUR"));
        await host.StopAsync();
    }

    private static void Use(HttpClient client, string key)
    {
        client.DefaultRequestHeaders.Remove("X-Api-Key");
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient client, string path, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }
}
