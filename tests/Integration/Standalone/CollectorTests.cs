using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Standalone;

/// <summary>What a process sends to a collector, by OTLP over HTTP.</summary>
public sealed class CollectorTests(CollectedRun run) : IClassFixture<CollectedRun>, IDisposable
{
    private readonly TestDirectory _folder = new();

    private static readonly string[] Spans = ["publish", "rides.ingest receive", "store bookings", "reply"];

    private List<OtlpSpan> Requests => [.. run.Collector.Spans.Where(span => span.Kind == OtlpSpan.Server)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void All_three_signals_leave_before_the_process_ends_and_agree_on_who_sent_them()
    {
        var collector = run.Collector;

        Assert.Contains("http.server.request.duration", collector.Metrics);
        Assert.Contains(Requests, request => request.Attributes["url.path"] == "/nowhere");
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
    public void Every_log_line_arrives_once_with_the_trace_of_its_request()
    {
        var logs = run.Collector.Logs;

        var lines = run.Output.Select(line => (string)JsonNode.Parse(line)!["message"]!);
        Assert.Equal(lines.Order(), logs.Select(log => log.Message).Order());
        var request = Assert.Single(Requests, request => request.Trace == run.RecordedTrace);
        var finished = Assert.Single(
            logs, log => log.Trace == run.RecordedTrace && log.Message.StartsWith("Request finished", StringComparison.Ordinal));
        Assert.Equal((request.Id, "Information", CollectedRun.RequestLog), (finished.Span, finished.Severity, finished.Category));
    }

    [Fact]
    public void Every_trace_is_a_requests_and_probes_polls_and_loops_have_none()
    {
        Assert.Equal(
            ["GET", "GET /v1/bookings/{id}", "POST /v1/bookings"], Requests.Select(request => request.Name).Distinct().Order());
        Assert.Single(Requests, request => request.Name == "GET");
        Assert.Equal(CollectedRun.Posts, Requests.Count(request => request.Name == "POST /v1/bookings"));
        Assert.All(run.Collector.Spans, span => Assert.Contains(Requests, request => request.Trace == span.Trace));
        Assert.All(Requests.Where(request => request.Trace != run.RecordedTrace), request => Assert.Equal("", request.Parent));
    }

    [Fact]
    public void A_lone_record_is_followed_to_its_row_and_a_read_to_its_query()
    {
        var traces = run.Collector.Spans.GroupBy(span => span.Trace).ToList();

        Assert.Contains(traces, trace => ((string[])["publish", "store bookings", "COPY rides.bookings", "reply"])
            .All(name => trace.Any(span => span.Name == name)));
        var read = Assert.Single(Requests, request => request.Name == "GET /v1/bookings/{id}");
        Assert.Contains(run.Collector.Spans, span => span.Parent == read.Id && span.Attributes.ContainsKey("db.query.text"));
    }

    [Fact]
    public void Frames_of_many_requests_have_no_traces_of_their_own_and_acks_and_the_API_of_NATS_have_no_spans()
    {
        var spans = run.Collector.Spans;

        Assert.All(spans.Where(span => span.Parent == ""), root => Assert.Equal(OtlpSpan.Server, root.Kind));
        Assert.All(Spans, name => Assert.Contains(spans, span => span.Name == name));
        Assert.All(
            spans.Where(span => span.Kind != OtlpSpan.Server),
            span => Assert.True(Spans.Contains(span.Name) || span.Attributes.ContainsKey("db.system.name"), span.Name));
    }

    [Fact]
    public void No_attribute_has_what_a_record_says_but_its_id()
    {
        var spans = run.Collector.Spans;

        Assert.Contains(spans, span => span.Attributes.ContainsKey("db.query.text"));
        Assert.DoesNotContain(
            spans.SelectMany(span => span.Attributes.Where(attribute => attribute.Key != "rideingest.record.id")).Select(other => other.Value),
            value => value.Contains("98765432", StringComparison.Ordinal) || value.Contains($"{run.LoneId}", StringComparison.Ordinal));
        Assert.Contains(spans, span => span.Attributes.GetValueOrDefault("rideingest.record.id") == $"{run.LoneId}");
    }

    [Fact]
    public async Task A_request_that_its_sender_does_not_record_is_not_recorded_and_its_row_has_its_trace()
    {
        Assert.DoesNotContain(run.Collector.Spans, span => span.Trace == run.UnrecordedTrace);
        Assert.Equal(
            run.UnrecordedTrace,
            await run.Database.ScalarAsync<string>($"select trace_id from rides.bookings where id = {run.UnrecordedId}"));
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

        await RunAsync(
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{silent.LocalEndpoint}", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            client => client.GetAsync("/nowhere"));
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
    private async Task RunAsync(Dictionary<string, string> environment, Func<HttpClient, Task> act)
    {
        var nats = await TestNats.SharedAsync();
        var postgres = await TestPostgres.CreateDatabaseAsync();
        await using var standalone = StartedProcess.Standalone(
            _folder.Path, environment, "--urls", "http://127.0.0.1:0", $"--nats:url={nats.Url}", $"--postgres:url={postgres}");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await act(client);
        standalone.Terminate();
        Assert.Equal(0, await standalone.ExitAsync());
    }
}
