using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Processes;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Parking.SummaryRig;

namespace RideIngest.Integration.Parking;

/// <summary>From entries and exits to the lines of the summary file.</summary>
public sealed class SummaryStageTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    private string Path => _folder.In("summary.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_visit_is_one_line_however_often_its_events_come()
    {
        await using var parking = await StartParkingAsync($"--parking:summary:file={Path}");

        for (var i = 0; i < 3; i++)
        {
            await EnterAsync(parking, "e1", "ka-01", "2026-11-29T08:00:00Z");
            await LeaveAsync(parking, "x1", "KA 01", "2026-11-30T09:02:03.25Z");
        }

        await Eventually.True(() => Lines(Path).Length > 0);
        await SettledAsync(parking);
        Assert.Equal(["KA01,2026-11-29T08:00:00Z,2026-11-30T09:02:03.25Z,25h2m3.25s,x1,1"], Lines(Path));
    }

    [Fact]
    public async Task A_withdrawn_visit_has_a_line_without_entry_and_duration()
    {
        await using var parking = await StartParkingAsync($"--parking:summary:file={Path}");
        await EnterAsync(parking, "e1", "A1", "2026-11-29T08:00:00Z");
        await LeaveAsync(parking, "x2", "A1", "2026-11-29T10:00:00Z");
        await Eventually.True(() => Lines(Path).Length == 1);

        await LeaveAsync(parking, "x1", "A1", "2026-11-29T09:00:00Z");

        await Eventually.True(() => Lines(Path).Length == 3);
        Assert.Equal(
            [
                "A1,,2026-11-29T10:00:00Z,,x2,2",
                "A1,2026-11-29T08:00:00Z,2026-11-29T09:00:00Z,1h0m0s,x1,1",
                "A1,2026-11-29T08:00:00Z,2026-11-29T10:00:00Z,2h0m0s,x2,1",
            ],
            Lines(Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task While_the_summary_server_is_away_visits_wait_and_none_is_lost()
    {
        await using var network = new TcpProxy(TcpProxy.Host, FreePort.Pick()) { Refusing = true };
        await using var parking = await StartParkingAsync([.. Visits, $"--parking:summary:url=http://127.0.0.1:{network.Port}"]);
        var expected = await VisitsAsync(parking, 20);
        await Eventually.True(async () => (await parking.GetAsync("/readyz")).Text.Contains("\"name\":\"summary\"", StringComparison.Ordinal));
        var degraded = await parking.GetAsync("/readyz");

        await using var server = await StartAsync(Path);
        network.TargetPort = new Uri(server.Url).Port;
        network.Refusing = false;

        await Eventually.True(() => Lines(Path).Length == 20);
        await SettledAsync(parking);
        Assert.Equal(expected, Ids());
        Assert.Equal((200, "degraded"), (degraded.Status, (string)degraded.Json["status"]!));
        Assert.Contains($"http://127.0.0.1:{network.Port} is unavailable", degraded.Text, StringComparison.Ordinal);
        Assert.Equal(0, await LettersAsync(parking));
    }

    [Fact]
    public async Task An_answer_that_is_lost_after_the_line_was_written_makes_no_second_line()
    {
        await using var server = await StartAsync(Path);
        var lost = new Tripwire(Way.ToClient, "HTTP/1.1 201");
        await using var network = new TcpProxy(TcpProxy.Host, new Uri(server.Url).Port) { Tripwire = lost };
        await using var parking = await StartParkingAsync([.. Visits, $"--parking:summary:url=http://127.0.0.1:{network.Port}"]);

        var expected = await VisitsAsync(parking, 5);

        await lost.Hit.WaitAsync(Deadlines.Hang);
        await Eventually.True(() => Lines(Path).Length >= 5);
        await SettledAsync(parking);
        Assert.Equal(expected, Ids());
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up_and_asked_again()
    {
        await using var server = await StartAsync(Path);
        await using var network = new TcpProxy(TcpProxy.Host, new Uri(server.Url).Port);
        await using var parking = await StartParkingAsync(
            [.. Visits, $"--parking:summary:url=http://127.0.0.1:{network.Port}", "--parking:summary:timeout=200ms"]);
        network.BlackHole();
        var expected = await VisitsAsync(parking, 5);
        await Eventually.True(async () =>
            (await parking.GetAsync("/readyz")).Text.Contains("no answer in time", StringComparison.Ordinal));

        network.Resume();

        await Eventually.True(() => Lines(Path).Length >= 5);
        await SettledAsync(parking);
        Assert.Equal(expected, Ids());
    }

    [Fact]
    public async Task What_the_server_refuses_is_a_dead_letter_of_the_partner()
    {
        await using var server = await new TestModule(endpoints: routes => routes.MapPost("/parkinglog/batch", async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            var isRefused = (await body.ReadToEndAsync()).Contains("\"bad\"", StringComparison.Ordinal);
            if (isRefused)
                await (Problem.OfStatus(422) with { Detail = "We do not like it." }).ExecuteAsync(http);
            else
                http.Response.StatusCode = (int)HttpStatusCode.Created;
        }).Public()).StartAsync();
        await using var parking = await StartParkingAsync([.. Visits, $"--parking:summary:url={server.Urls[0]}"]);

        await VisitsAsync(parking, 4, "good1", "bad", "good2", "good3");

        await SettledAsync(parking);
        Assert.Equal("partner refused bad", await parking.Database.ScalarAsync<string>(
            "select string_agg(class || ' ' || code || ' ' || key, ';') from ops.dead_letters where message like '%We do not like it.'"));
        await server.StopAsync();
    }

    [Fact]
    public async Task A_server_with_keys_is_called_with_the_key()
    {
        var key = _folder.In("key");
        await File.WriteAllTextAsync(key, "secret\n");
        await using var server = await StartAsync(Path, Keys.Of(0, "visits", "secret", "parking:write"));
        await using var parking = await StartParkingAsync(
            [.. Visits, $"--parking:summary:url={server.Url}", $"--parking:summary:key_file={key}"]);

        await VisitsAsync(parking, 1);

        await Eventually.True(() => Lines(Path).Length == 1);
    }

    [Fact]
    public async Task The_trace_of_a_visit_goes_on_in_the_summary_server()
    {
        using var spans = new RecordedSpans();
        await using var server = await StartAsync(Path);
        await using var parking = await StartParkingAsync([.. Visits, $"--parking:summary:url={server.Url}"]);
        using var sender = new Activity("sender").Start();
        sender.ActivityTraceFlags = ActivityTraceFlags.Recorded;

        // Whichever is paired last makes the visit.
        await EnterAsync(parking, "e1", "A1", "2026-11-29T08:00:00Z");
        await LeaveAsync(parking, "x1", "A1", "2026-11-29T09:00:00Z");

        // Both are in this process, and so the span of the request is that of the stage's or a later one.
        await Eventually.True(() => Spans("RideIngest").FirstOrDefault(span => span.OperationName == "parking summary") is { } stage
            && Spans("Microsoft.AspNetCore").Any(span => span.StartTimeUtc > stage.StartTimeUtc));

        IEnumerable<Activity> Spans(string source) => spans.All.Where(span => span.TraceId == sender.TraceId && span.Source.Name == source);
    }

    private static readonly string[] Visits = ["--roles", "api,visits,invoices"];

    private static Task<SystemRig> StartParkingAsync(params string[] args) =>
        SystemRig.StartAsync(
            new ParkingModule(ParkingDefaults.Alone with { GatesRate = 0, OwnMailPort = _ => null }), ownPostgres: false, args);

    private static Task EnterAsync(SystemRig parking, string id, string plate, string at) => PostAsync(
        parking, "/parking/entries", $$"""{"id":"{{id}}","vehicle_plate":"{{plate}}","entry_date_time":"{{at}}"}""");

    private static Task LeaveAsync(SystemRig parking, string id, string plate, string at) => PostAsync(
        parking, "/parking/exits", $$"""{"id":"{{id}}","vehicle_plate":"{{plate}}","exit_date_time":"{{at}}"}""");

    private static async Task PostAsync(SystemRig parking, string path, string body) =>
        Assert.Equal(202, (await parking.PostAsync(path, body)).Status);

    /// <returns>The sorted ids.</returns>
    private static async Task<IEnumerable<string>> VisitsAsync(SystemRig parking, int count, params string[] ids)
    {
        if (ids.Length == 0)
            ids = [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"x{i}"))];
        for (var i = 0; i < count; i++)
        {
            await EnterAsync(parking, $"e-{ids[i]}", $"P{i}", "2026-11-29T08:00:00Z");
            await LeaveAsync(parking, ids[i], $"P{i}", "2026-11-29T09:00:00Z");
        }
        return ids.Order(StringComparer.Ordinal);
    }

    private IEnumerable<string> Ids() => Lines(Path).Select(line => line.Split(',')[4]).Order(StringComparer.Ordinal);

    private static Task<long> LettersAsync(SystemRig parking) => parking.Database.ScalarAsync<long>("select count(*) from ops.dead_letters");

    /// <summary>Waits until all events have passed all stages.</summary>
    private static async Task SettledAsync(SystemRig parking)
    {
        await using var client = NatsClients.To(parking.Nats.Url);
        var js = new NATS.Client.JetStream.NatsJSContext(client);
        await Eventually.True(async () =>
            await parking.Database.ScalarAsync<long>("select count(*) from parking.waiting") == 0
            && await parking.Database.ScalarAsync<long>("select count(*) from ops.outbox where system = 'parking'") == 0
            && (await js.GetStreamAsync("PARKING")).Info.State.Messages == 0);
    }
}
