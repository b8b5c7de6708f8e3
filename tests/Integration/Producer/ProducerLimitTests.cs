using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Integration.Systems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>Where the producer stops taking more, and what becomes of what it holds.</summary>
public sealed class ProducerLimitTests
{
    [ServerProcessFact]
    public async Task Beyond_the_records_in_flight_senders_hear_503_and_those_before_them_are_answered()
    {
        await using var system = await RideSystem.StartAsync();
        var (host, client) = await system.HostProducerAsync("--producer:records_in_flight=2", "--producer:publish_timeout=1m");
        var inFlight = host.Services.GetRequiredService<RecordsInFlight>();

        // For as long as the stream stands still nobody is answered.
        await system.Nats.PauseAsync();
        Task<Answer>[] waiting = [PostAsync(client), PostAsync(client)];
        await Eventually.True(() => inFlight.Records == 2);
        var busy = await PostAsync(client);
        system.Nats.Resume();

        Assert.Equal((503, "/problems/busy", true), (busy.Status, (string?)busy.Json["type"], (bool)busy.Json["retryable"]!));
        Assert.True(busy.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Contains(answer.Status, (int[])[201, 202]));
        await Eventually.True(() => inFlight.Records == 0);
    }

    [Fact]
    public async Task A_sender_who_goes_away_in_an_upload_leaves_nothing_behind_and_what_was_sent_is_stored()
    {
        await using var system = await RideSystem.StartAsync();
        var (host, client) = await system.HostProducerAsync("--producer:uploads=1");
        var first = Given.NewId();
        using (var sender = await UploadAsync(client, $"{Given.Booking(first)}\n{Given.Booking(Given.NewId())}\n{{\"id\":"))
        {
            await Eventually.True(async () => await system.CountAsync("rides.bookings", $"id = {first}") == 1);
            Assert.Equal(503, (await PostAsync(client, "/v1/bookings/batch", "[]")).Status);
            sender.Client.Close(0);
        }

        await Eventually.True(async () => (await PostAsync(client, "/v1/bookings/batch", "[]")).Status == 200);
        await Eventually.True(() => host.Services.GetRequiredService<PendingReplies>().Count == 0);
        Assert.Equal(2, await system.CountAsync("rides.bookings", $"id between {first} and {first + 1}"));
    }

    [Fact]
    public async Task A_sender_who_goes_away_while_its_key_has_to_wait_holds_no_upload_of_others_up()
    {
        await using var system = await RideSystem.StartAsync(args: ["--ingest:frame_records=10", "--producer:uploads=1",
            .. Keys.Of(0, "slow", "the-slow-key", "bookings:write"), "--auth:keys:0:records_per_second=1",
            .. Keys.Of(1, "other", "the-others-key", "bookings:write")]);
        var lines = Lines(500);
        using (await UploadAsync(system.Client, lines, "X-Api-Key: the-slow-key\r\n", more: 0))
            await Eventually.True(async () => await system.CountAsync("rides.bookings") == 10);

        await Eventually.True(
            async () => (await system.PostAsync("/v1/bookings/batch", "[]", headers: ("X-Api-Key", "the-others-key"))).Status == 200);
        Assert.InRange(await system.CountAsync("rides.bookings"), 10, 100);
    }

    [Fact]
    public async Task An_upload_of_bad_lines_keeps_to_the_rate_of_its_key_and_stops_when_its_sender_goes_away()
    {
        await using var system = await RideSystem.StartAsync(args:
        [
            "--ingest:frame_records=30", .. Keys.Of(1, "other", "the-others-key", "bookings:write"),
            .. Keys.Of(0, "slow", "the-slow-key", "bookings:write"), "--auth:keys:0:records_per_second=1",
        ]);
        var (host, client) = await system.HostProducerAsync("--producer:uploads=1");
        var failures = host.Services.GetRequiredService<LastFailures>();
        var openQuotes = Given.BookingCsv([]) + string.Concat(Enumerable.Repeat("a\",\"\n", 60_000));

        // Its first lines are a minute's worth of the rate: it waits from then on.
        using (await UploadAsync(client, openQuotes, "X-Api-Key: the-slow-key\r\n", type: "text/csv"))
            await Eventually.True(() => failures.All.Count > 0);
        client.DefaultRequestHeaders.Add("X-Api-Key", "the-others-key");
        await Eventually.True(async () => (await PostAsync(client, "/v1/bookings/batch", "[]")).Status == 200);

        Assert.Equal("line 61", failures.All[^1].Error!.Split(',')[0]);
    }

    [Fact]
    public async Task An_upload_that_stands_still_is_ended_and_its_sender_told_to_send_it_again()
    {
        await using var system = await RideSystem.StartAsync();
        using var nothing = await UploadAsync(system.Client, "{\"id\":");
        using var one = await UploadAsync(system.Client, $"{Given.Booking(Given.NewId()).Trim()}\n{{\"id\":");

        var (late, partly) = (await AnswerAsync(nothing), await AnswerAsync(one));

        Assert.StartsWith("HTTP/1.1 408", late, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"/problems/request-timeout\"", late, StringComparison.Ordinal);
        Assert.Contains("\"retryable\":true", late, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 207", partly, StringComparison.Ordinal);
        Assert.Contains("\"stored\":1", partly, StringComparison.Ordinal);
        Assert.Contains("\"retryable\":true", partly, StringComparison.Ordinal);

        Assert.DoesNotContain("MinRequestBodyDataRate", late + partly, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_stands_still_or_is_no_HTTP_is_answered_in_its_senders_form_and_counted()
    {
        await using var system = await RideSystem.StartAsync();
        using var late = await UploadAsync(system.Client, "{\"id\":", path: "/v1/bookings", type: "application/json");
        using var old = await UploadAsync(system.Client, "{\"id\":", path: "/save/booking/detail", type: "application/json");
        using var broken = await UploadAsync(
            system.Client, "no number\r\n", "Transfer-Encoding: chunked\r\n", path: "/save/booking/detail", type: "application/json",
            more: null);

        Assert.Contains("\"type\":\"/problems/request-timeout\"", await AnswerAsync(late), StringComparison.Ordinal);
        Assert.Contains(
            "{\"id\":null,\"type\":2,\"error\":\"The request did not arrive in time: ", await AnswerAsync(old), StringComparison.Ordinal);
        Assert.Contains(
            "{\"id\":null,\"type\":2,\"error\":\"The request cannot be understood: ", await AnswerAsync(broken), StringComparison.Ordinal);
        var metrics = await system.Client.GetStringAsync("/metrics");
        Assert.Contains("rideingest_producer_refused_total{problem=\"request-timeout\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("rideingest_producer_refused_total{problem=\"bad-request\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_would_not_fit_into_a_message_is_413_whatever_the_settings_allow()
    {
        await using var system = await RideSystem.StartAsync(nats: new() { Config = "max_payload: 8KB" });

        var fits = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()));
        var not = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()) + new string(' ', 2048));

        Assert.Equal((201, 413), (fits.Status, not.Status));
        Assert.Contains("2048 bytes", (string)not.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_is_too_large_is_413_and_nothing_of_it_is_kept_whether_or_not_it_says_how_large_it_is()
    {
        await using var system = await RideSystem.StartAsync(args: "--producer:max_upload=1000");
        var (fits, not) = (Given.Booking(Given.NewId()), Lines(10));

        var taken = await system.PostAsync("/v1/bookings/batch", fits, "application/x-ndjson");
        var refused = await system.PostAsync("/v1/bookings/batch", not, "application/x-ndjson");

        using var sent = new HttpRequestMessage(HttpMethod.Post, "/v1/bookings/batch") { Content = Chunked(new Unsized([Lines(10)])) };
        var unsized = await Answer.OfAsync(await system.Client.SendAsync(sent));

        Assert.Equal((200, 413, "/problems/too-large"), (taken.Status, refused.Status, (string?)refused.Json["type"]));
        Assert.Equal((413, "/problems/too-large"), (unsized.Status, (string?)unsized.Json["type"]));
        Assert.Equal(1, await system.CountAsync("rides.bookings"));
    }

    [Fact]
    public async Task An_upload_that_turns_out_too_large_later_on_has_the_outcomes_of_what_was_read_and_says_where_it_ended()
    {
        await using var system = await RideSystem.StartAsync(args: "--producer:max_upload=20000");
        var body = new Unsized([Lines(50), Lines(100)])
        {
            Between = () => Eventually.True(async () => await system.CountAsync("rides.bookings") > 0),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/bookings/batch?results=all") { Content = Chunked(body) };

        var answer = await Answer.OfAsync(await system.Client.SendAsync(request));

        Assert.Equal(207, answer.Status);
        var results = answer.Json["results"]!.AsArray();
        var kept = (int)answer.Json["stored"]! + (int)answer.Json["accepted"]!;
        Assert.Equal(kept, results.Count - 1);
        Assert.Equal("invalid", (string?)results[^1]!["status"]);
        Assert.Contains("too large", (string?)results[^1]!["error"], StringComparison.Ordinal);
        await Eventually.True(async () => await system.CountAsync("rides.bookings") == kept);
    }

    [Fact]
    public async Task One_key_may_have_half_of_the_uploads_and_the_others_are_left_to_other_keys()
    {
        await using var system = await RideSystem.StartAsync(args:
        [
            "--producer:uploads=3", .. Keys.Of(0, "greedy", "the-greedy-key", "bookings:write"),
            .. Keys.Of(1, "other", "the-others-key", "bookings:write"),
        ]);
        const string Greedy = "X-Api-Key: the-greedy-key\r\n";

        // The last line of each has no end yet.
        using var first = await UploadAsync(system.Client, Lines(2), Greedy);
        using var second = await UploadAsync(system.Client, Lines(2), Greedy);
        await Eventually.True(async () => await system.CountAsync("rides.bookings") == 2);
        var third = await system.PostAsync("/v1/bookings/batch", "[]", headers: ("X-Api-Key", "the-greedy-key"));
        var others = await system.PostAsync("/v1/bookings/batch", "[]", headers: ("X-Api-Key", "the-others-key"));

        Assert.Equal((503, "/problems/busy", true), (third.Status, (string?)third.Json["type"], (bool)third.Json["retryable"]!));
        Assert.Contains("greedy may have 2 concurrent uploads", (string)third.Json["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(third.Headers.RetryAfter);
        Assert.Equal(200, others.Status);
    }

    [Fact]
    public async Task An_upload_that_brings_blank_lines_instead_of_records_is_ended_and_says_what_was_stored()
    {
        await using var system = await RideSystem.StartAsync(args: "--producer:max_record=1KB");
        using var nothing = await UploadAsync(system.Client, "", more: 1_000_000);
        using var one = await UploadAsync(system.Client, Lines(1), more: 1_000_000);

        var answers = await Task.WhenAll(TrickleAsync(nothing), TrickleAsync(one));
        var (late, partly) = (answers[0], answers[1]);

        Assert.StartsWith("HTTP/1.1 408", late, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"/problems/request-timeout\"", late, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 207", partly, StringComparison.Ordinal);
        Assert.Contains("\"stored\":1", partly, StringComparison.Ordinal);
        Assert.Contains("the body arrived too slowly", partly, StringComparison.Ordinal);
        Assert.Contains("\"retryable\":true", partly, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_whose_outcomes_need_too_much_memory_ends_and_says_where()
    {
        await using var system = await RideSystem.StartAsync(
            args: ["--producer:answer_memory=64KB", "--producer:uploads=1", "--ingest:frame_records=100"]);

        var answer = await system.PostAsync("/v1/bookings/batch?results=all", Lines(5000), "application/x-ndjson");
        var next = await system.PostAsync("/v1/bookings/batch?results=all", Lines(100), "application/x-ndjson");

        var results = answer.Json["results"]!.AsArray();
        var (stored, last) = ((int)answer.Json["stored"]!, results[^1]!);
        Assert.Equal((207, 1, stored + 1), (answer.Status, (int)answer.Json["failed"]!, results.Count));
        Assert.InRange(stored, 1000, 4000);
        Assert.Equal(
            (stored, "failed", "busy", true),
            ((int)last["index"]!, (string?)last["status"], (string?)last["code"], (bool)last["retryable"]!));
        Assert.StartsWith($"line {stored + 1}, byte ", (string)last["error"]!, StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal((200, 100), (next.Status, (int)next.Json["stored"]!));
        Assert.Equal(stored + 100, await system.CountAsync("rides.bookings"));
    }

    [Fact]
    public async Task An_upload_that_did_not_ask_for_all_results_goes_on_without_memory_and_says_how_many_are_not_listed()
    {
        await using var system = await RideSystem.StartAsync(
            args: ["--producer:answer_memory=64KB", "--producer:uploads=1", "--ingest:frame_records=100"]);

        var answer = await system.PostAsync(
            "/v1/bookings/batch", Lines(3000), "application/x-ndjson", ("Prefer", "respond-async"));

        var (listed, notListed) = (answer.Json["results"]!.AsArray().Count, (int)answer.Json["not_listed"]!);
        Assert.Equal((202, 3000, 3000), (answer.Status, (int)answer.Json["accepted"]!, listed + notListed));
        Assert.InRange(listed, 200, 1000);
        await Eventually.True(async () => await system.CountAsync("rides.bookings") == 3000);
    }

    [Fact]
    public async Task An_upload_waits_for_memory_until_another_one_has_its_answer()
    {
        await using var system = await RideSystem.StartAsync(
            args: ["--producer:answer_memory=160KB", "--producer:uploads=2", "--ingest:frame_records=1000"]);
        using var first = await UploadAsync(system.Client, Lines(2900), "Connection: close\r\n", path: "/v1/bookings/batch?results=all");
        await first.GetStream().WriteAsync(Blanks(1));
        await Eventually.True(async () => await system.CountAsync("rides.bookings") == 2900);

        var waiting = system.PostAsync("/v1/bookings/batch?results=all", Lines(1500), "application/x-ndjson");
        await Eventually.True(async () => await system.CountAsync("rides.bookings") >= 3900);
        await first.GetStream().WriteAsync(Blanks(999));
        var (earlier, later) = (await AnswerAsync(first), await waiting);

        Assert.Contains("\"stored\":2900", earlier, StringComparison.Ordinal);
        Assert.Equal((200, 1500), (later.Status, (int)later.Json["stored"]!));
    }

    private static byte[] Blanks(int count) => [.. Enumerable.Repeat((byte)'\n', count)];

    /// <summary>Sends blank lines, faster than Kestrel's own limit, until the answer comes.</summary>
    private static async Task<string> TrickleAsync(TcpClient sender)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var stream = sender.GetStream();
        var bytes = new byte[16 * 1024];
        var read = stream.ReadAsync(bytes).AsTask();
        var late = Deadlines.Begin();
        while (!read.IsCompleted && await ticks.WaitForNextTickAsync(late))
            await stream.WriteAsync(Blanks(60));

        // Not to the end of the connection, which is reset because the announced body does not come.
        var answer = Encoding.UTF8.GetString(bytes, 0, await read);
        while (!answer.EndsWith('}') && !answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            answer += Encoding.UTF8.GetString(bytes, 0, await stream.ReadAsync(bytes).AsTask().WaitAsync(Deadlines.Hang));
        return answer;
    }

    private static string Lines(int records) =>
        string.Concat(Enumerable.Range(0, records).Select(_ => Given.Booking(Given.NewId()).Trim() + "\n"));

    private static StreamContent Chunked(Unsized body) => new(body) { Headers = { ContentType = new("application/x-ndjson") } };

    private static Task<string> AnswerAsync(TcpClient sender) => new StreamReader(sender.GetStream()).ReadToEndAsync();

    /// <param name="more">Bytes that are announced and do not come; null when the headers say how long the body is.</param>
    private static async Task<TcpClient> UploadAsync(
        HttpClient client, string lines, string headers = "", int? more = 1000, string path = "/v1/bookings/batch",
        string type = "application/x-ndjson")
    {
        var sender = new TcpClient();
        await sender.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port);
        var length = more is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(lines.Trim()) + more}\r\n");
        var body = more is null ? lines : lines.Trim();
        await sender
            .GetStream()
            .WriteAsync(
                Encoding.UTF8.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\n{headers}{length}\r\n{body}"));
        return sender;
    }

    private static Task<Answer> PostAsync(HttpClient client) => PostAsync(client, "/v1/bookings", Given.Booking(Given.NewId()));

    private static async Task<Answer> PostAsync(HttpClient client, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await client.PostAsync(path, body));
    }

    /// <summary>Does not say how long it is, so that the request is chunked, and waits between its parts.</summary>
    private sealed class Unsized(string[] parts) : MemoryStream(Encoding.UTF8.GetBytes(parts[0]))
    {
        private int _part = 1;

        public Func<Task> Between { get; init; } = () => Task.CompletedTask;

        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length || _part == parts.Length)
                return await base.ReadAsync(buffer, cancellationToken);
            await Between();
            return Encoding.UTF8.GetBytes(parts[_part++], buffer.Span);
        }
    }
}
