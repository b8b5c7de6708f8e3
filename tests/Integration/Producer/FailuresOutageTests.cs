using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What is remembered of failures while servers are away, and of too many.</summary>
public sealed class FailuresOutageTests
{
    [Fact]
    public async Task What_the_database_rejects_is_found_and_its_id_is_404_with_the_dead_letter_while_it_is_open()
    {
        await using var system = await RideSystem.StartAsync();
        await system.Database.ExecuteAsync("alter table rides.bookings add constraint refused check (id is null)");
        var id = Given.NewId();

        Assert.Equal(422, (await system.PostAsync("/v1/bookings", Given.Booking(id))).Status);

        Assert.Equal("23514", (string?)(await FailureAsync(system, id))["code"]);
        var missing = await system.GetAsync($"/v1/bookings/{id}");
        var letter = missing.Json["dead_letter"]!;
        Assert.Equal(404, missing.Status);
        Assert.Equal(await system.Database.ScalarAsync<long>($"select id from ops.dead_letters where key = '{id}'"), (long)letter["id"]!);
        Assert.Equal("23514", (string?)letter["code"]);
        Assert.Contains("refused", (string)letter["reason"]!, StringComparison.Ordinal);
        Assert.NotNull(letter["at"]);
        Assert.Equal("23514", (string?)missing.Json["last_failure"]!["code"]);
        await system.Database.ExecuteAsync("update ops.dead_letters set state = 'discarded'");
        Assert.Null((await system.GetAsync($"/v1/bookings/{id}")).Json["dead_letter"]);
    }

    [Fact]
    public async Task What_is_refused_because_servers_are_away_is_found()
    {
        await using var system = await RideSystem.StartAsync(args: "--ingest:fallback=none");
        var (single, line) = (Given.NewId(), Given.NewId());
        await system.Nats.StopAsync();

        // 504 if it was sent just before the connection is known to be lost.
        var alone = await system.PostAsync("/v1/bookings", Given.Booking(single));
        var upload = await system.PostAsync("/v1/bookings/batch", $"[{Given.Booking(line)}]");

        Assert.All([alone, upload], answer => Assert.True(answer.Status is 503 or 504));
        Assert.Equal((string?)alone.Json["type"], $"/problems/{(await FailureAsync(system, single))["code"]}");
        Assert.Equal((string?)upload.Json["type"], $"/problems/{(await FailureAsync(system, line))["code"]}");
    }

    [Fact]
    public async Task With_Postgres_away_records_are_answered_as_before_and_failures_wait_until_they_are_too_many()
    {
        await using var system = await RideSystem.StartAsync(ownPostgres: true);
        await using var producer = StartedProcess.Service("Producer", [.. system.Arguments, "--producer:max_wait=1s"]);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        await system.Postgres!.StopAsync();
        var (first, accepted) = (Given.NewId(), Given.NewId());

        Assert.Equal(422, (await PostAsync(client, "/v1/bookings", $$"""{"id":{{first}}}""")).Status);
        await Eventually.True(async () =>
            (await PostAsync(client, "/v1/bookings", Given.Booking(accepted), ("Prefer", "wait=1"))).Status == 202);
        var upload = await PostAsync(client, "/v1/bookings/batch", $"[{string.Join(',', Enumerable.Repeat("{}", 15_000))}]");
        Assert.Equal((207, 15_000), (upload.Status, (int)upload.Json["failed"]!));

        var lost = await CountAsync(client, "lost");
        Assert.InRange(lost, 1, 15_000);
        await producer.SaysAsync(line => line.Contains("Failures cannot be recorded in ops.failures", StringComparison.Ordinal));
        await system.Postgres.RestartAsync();
        await Eventually.True(async () => await CountAsync(client, "recorded") + lost == 15_001);
        Assert.Equal(1, await system.CountAsync("ops.failures", $"key = '{first}'"));
    }

    [Fact]
    public async Task A_flood_of_failures_is_written_slowly_counted_and_summed_up_in_the_log()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var producer = StartedProcess.Service("Producer", system.Arguments);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        var (id, since) = (Given.NewId(), Stopwatch.GetTimestamp());

        var refused = await PostAsync(client, "/v1/bookings", $$"""{"id":{{id}}}""");
        var upload = await PostAsync(client, "/v1/bookings/batch", $"[{string.Join(',', Enumerable.Repeat("{}", 50_000))}]");

        Assert.Equal((207, 50_000), (upload.Status, (int)upload.Json["failed"]!));
        await Eventually.True(async () => await CountAsync(client, "recorded") + await CountAsync(client, "lost") == 50_001);
        Assert.InRange(await system.CountAsync("ops.failures"), 10_000, 10_000 + (1000 * Stopwatch.GetElapsedTime(since).TotalSeconds));
        Assert.Single(Lines($"bookings {id} from anyone failed with validation: "), line =>
            line.Contains((string)refused.Json["traceId"]!, StringComparison.Ordinal));
        producer.Interrupt();
        await producer.ExitAsync();
        var (each, more) = (Lines(" from anyone failed with validation: "), Lines(" more bookings from anyone failed with validation "));
        Assert.InRange(each.Count, 10, 100);
        Assert.Equal(50_001, each.Count + more.Sum(line => int.Parse(Regex.Match(line, "(\\d+) more").Groups[1].ValueSpan, CultureInfo.InvariantCulture)));

        List<string> Lines(string words) => [.. producer.Output.Where(line => line.Contains(words, StringComparison.Ordinal))];
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await Answer.OfAsync(await client.SendAsync(request));
    }

    private static async Task<long> CountAsync(HttpClient client, string counter) => long.Parse(
        Regex.Match(await client.GetStringAsync("/metrics"), $@"^rideingest_failures_{counter}_total(\{{[^}}]*\}})? (\d+)", RegexOptions.Multiline)
            .Groups[2].ValueSpan,
        CultureInfo.InvariantCulture);

    private static async Task<JsonNode> FailureAsync(RideSystem system, long id)
    {
        JsonNode? failure = null;
        await Eventually.True(async () =>
            (failure = (await system.GetAsync($"/v1/failures?id={id}")).Json["items"]!.AsArray().SingleOrDefault()) is not null);
        return failure!;
    }
}
