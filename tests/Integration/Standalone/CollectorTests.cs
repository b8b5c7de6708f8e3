using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Postgres;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Standalone;

/// <summary>What a process sends to a collector, by OTLP over HTTP.</summary>
public sealed class CollectorTests : IDisposable
{
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_three_signals_leave_before_the_process_ends_and_agree_on_who_sent_them()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await RunAsync(collector.Environment, client => client.GetAsync("/nowhere"));

        Assert.Contains("http.server.request.duration", collector.Metrics);
        Assert.Contains(collector.Spans, span => span.Kind == OtlpSpan.Server && span.Attributes["url.path"] == "/nowhere");
        Assert.Contains(collector.Logs, log => log.Message.StartsWith("standalone ", StringComparison.Ordinal));
        var senders = ((string[])["traces", "metrics", "logs"]).SelectMany(collector.Senders).ToList();
        var resource = senders[0].Resource;
        Assert.Equal(("standalone", "rideingest"), (resource["service.name"], resource["service.namespace"]));
        Assert.NotEmpty(resource["service.version"]);
        Assert.NotEmpty(resource["service.instance.id"]);
        Assert.All(senders, sender => Assert.Equal("secret", sender.Key));
        Assert.All(senders, sender => Assert.Equal(Sorted(resource), Sorted(sender.Resource)));

        static IEnumerable<string> Sorted(Dictionary<string, string> resource) => resource.Select(attribute => $"{attribute}").Order();
    }

    [Fact]
    public async Task Every_log_line_arrives_once_with_the_trace_of_its_request()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var trace = NewTrace();

        var output = await RunAsync(
            collector.Environment,
            client => SendAsync(client, HttpMethod.Get, "/nowhere", trace, "01"),
            $"--logging:levels:{Requests}=information");

        var lines = output.Select(line => (string)JsonNode.Parse(line)!["message"]!);
        Assert.Equal(lines.Order(), collector.Logs.Select(log => log.Message).Order());
        var request = Assert.Single(collector.Spans, span => span.Trace == trace && span.Kind == OtlpSpan.Server);
        var finished = Assert.Single(
            collector.Logs, log => log.Trace == trace && log.Message.StartsWith("Request finished", StringComparison.Ordinal));
        Assert.Equal((request.Id, "Information", Requests), (finished.Span, finished.Severity, finished.Category));
    }

    [Fact]
    public async Task Every_trace_is_a_requests_and_probes_polls_and_loops_have_none()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var id = Given.NewId();

        await RunAsync(
            collector.Environment,
            async client =>
            {
                await ReadyAsync(client);
                foreach (var probe in (string[])["/healthz", "/readyz", "/metrics", "/HEALTHZ"])
                    await client.GetAsync(probe);
                await SendAsync(client, HttpMethod.Get, "/readyz", NewTrace(), "01");
                foreach (var stream in (string[])["/overview/stream", "/casino/live"])
                    (await client.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead)).Dispose();
                Assert.Equal(201, await PostAsync(client, Given.Booking(id)));
                Assert.Equal(200, (int)(await client.GetAsync($"/v1/bookings/{id}")).StatusCode);
            },
            "--casino:generator:rate=20");

        var roots = collector.Spans.Where(span => span.Parent == "").ToDictionary(root => root.Name);
        Assert.Equal(["GET /v1/bookings/{id}", "POST /v1/bookings"], roots.Keys.Order());
        Assert.All(collector.Spans, span => Assert.Contains(roots.Values, root => root.Trace == span.Trace));
        var posted = collector.Spans.Where(span => span.Trace == roots["POST /v1/bookings"].Trace).Select(span => span.Name).ToList();
        Assert.All((string[])["publish", "store bookings", "COPY rides.bookings", "reply"], name => Assert.Contains(name, posted));
        var read = roots["GET /v1/bookings/{id}"];
        Assert.Contains(collector.Spans, span => span.Parent == read.Id && span.Attributes.ContainsKey("db.query.text"));
    }

    [Fact]
    public async Task Frames_of_many_requests_have_no_traces_of_their_own_and_acks_and_the_API_of_NATS_have_no_spans()
    {
        const int Posts = 100;
        await using var collector = await OtlpCollector.StartAsync();

        await RunAsync(collector.Environment, async client =>
        {
            await ReadyAsync(client);
            await Task.WhenAll(Enumerable.Range(0, Posts).Select(_ => PostAsync(client, Given.Booking(Given.NewId()))));
        });

        var roots = collector.Spans.Where(span => span.Parent == "").ToList();
        Assert.Equal(Enumerable.Repeat("POST /v1/bookings", Posts), roots.Select(root => root.Name));
        Assert.All(collector.Spans, span => Assert.Contains(roots, root => root.Trace == span.Trace));
        string[] ours = ["POST /v1/bookings", "publish", "rides.ingest receive", "store bookings", "reply"];
        Assert.All(ours, name => Assert.Contains(collector.Spans, span => span.Name == name));
        Assert.All(
            collector.Spans, span => Assert.True(ours.Contains(span.Name) || span.Attributes.ContainsKey("db.system.name"), span.Name));
    }

    [Fact]
    public async Task No_attribute_has_what_a_record_says()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var id = Given.NewId();

        await RunAsync(collector.Environment, async client =>
        {
            await ReadyAsync(client);
            foreach (var (user, status) in ((int, int)[])[(987_654_321, 201), (987_654_321, 200), (987_654_322, 409)])
                Assert.Equal(status, await PostAsync(client, Given.Booking(id, user: user)));
        });

        Assert.Contains(collector.Spans, span => span.Attributes.ContainsKey("db.query.text"));
        Assert.DoesNotContain(
            collector.Spans.SelectMany(span => span.Attributes.Values),
            value => value.Contains("98765432", StringComparison.Ordinal) || value.Contains($"{id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_its_sender_does_not_record_is_not_recorded_and_its_row_has_its_trace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        var (trace, id) = (NewTrace(), Given.NewId());

        await RunAsync(
            collector.Environment,
            async client =>
            {
                await ReadyAsync(client);
                await SendAsync(client, HttpMethod.Post, "/v1/bookings", trace, "00", Given.Booking(id));
            },
            $"--postgres:url={database}");

        Assert.DoesNotContain(collector.Spans, span => span.Trace == trace);
        await using var rows = NpgsqlDataSource.Create(PostgresUrl.Parse(database).ConnectionString);
        await using var row = rows.CreateCommand($"select trace_id from rides.bookings where id = {id}");
        Assert.Equal(trace, await row.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_environment_has_the_last_word_on_who_sends()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var environment = collector.Environment;
        environment["OTEL_SERVICE_NAME"] = "rides";
        environment["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=rides-7,zone=b";

        await RunAsync(environment, client => client.GetAsync("/nowhere"));

        foreach (var signal in (string[])["traces", "metrics", "logs"])
        {
            var resource = collector.Senders(signal).First().Resource;
            Assert.Equal(("rides", "rides-7", "b"), (resource["service.name"], resource["service.instance.id"], resource["zone"]));
        }
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_keeps_no_process_from_ending()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var since = Stopwatch.StartNew();

        await RunAsync(
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{silent.LocalEndpoint}", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            client => client.GetAsync("/nowhere"));

        Assert.True(since.Elapsed < TimeSpan.FromMinutes(1.5), $"It took {since.Elapsed}");
    }

    [Theory]
    [InlineData("ENDPOINT", "collector:4317", "\"collector:4317\" is not a URL. A good value: http://127.0.0.1:4317")]
    [InlineData("PROTOCOL", "http/json", "\"http/json\" is not supported. Good values: grpc, http/protobuf")]
    [InlineData("HEADERS", "x-key=secret,", "a header is not in the form name=value. A good value: x-key=secret,x-tenant=rides")]
    public async Task A_collector_that_is_named_wrongly_is_one_clear_line_and_exit_code_2(string variable, string value, string problem)
    {
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1" };
        environment[$"OTEL_EXPORTER_OTLP_{variable}"] = value;

        await using var standalone = StartedProcess.Standalone(_folder.Path, environment, "--urls", "http://127.0.0.1:0");

        Assert.Equal(2, await standalone.ExitAsync());
        Assert.Equal($"The configuration has a problem:\n  OTEL_EXPORTER_OTLP_{variable}: {problem}", standalone.Errors);
    }

    /// <summary>Starts a process, does something to it and ends it.</summary>
    /// <returns>Its log.</returns>
    private async Task<IReadOnlyList<string>> RunAsync(
        Dictionary<string, string> environment, Func<HttpClient, Task> act, params string[] args)
    {
        var nats = await TestNats.SharedAsync();
        var postgres = await TestPostgres.CreateDatabaseAsync();
        await using var standalone = StartedProcess.Standalone(
            _folder.Path, environment, ["--urls", "http://127.0.0.1:0", $"--nats:url={nats.Url}", $"--postgres:url={postgres}", .. args]);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await act(client);
        standalone.Terminate();
        Assert.Equal(0, await standalone.ExitAsync());
        return standalone.Output;
    }

    private static string NewTrace() => ActivityTraceId.CreateRandom().ToHexString();

    private static Task ReadyAsync(HttpClient client) =>
        Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);

    private static async Task<int> PostAsync(HttpClient client, string booking)
    {
        using var content = new StringContent(booking, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/bookings", content);
        return (int)answer.StatusCode;
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string trace, string flags, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("traceparent", $"00-{trace}-00000000000000aa-{flags}");
        (await client.SendAsync(request)).Dispose();
    }
}
