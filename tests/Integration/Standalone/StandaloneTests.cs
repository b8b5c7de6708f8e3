using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RideIngest.Integration.Platform;
using RideIngest.LocalServers;
using RideIngest.TestKit;

namespace RideIngest.Integration.Standalone;

public sealed class StandaloneTests : IDisposable
{
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Started_in_an_empty_directory_it_becomes_ready_shows_its_page_and_leaves_nothing_running()
    {
        await using var standalone = StandaloneProcess.Start(_folder.FullName, AnyPort);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        var servers = Children(standalone.Id);

        var page = await client.GetStringAsync("/");
        standalone.Interrupt();
        var (code, errors) = await standalone.ExitAsync();

        Assert.Contains("Everything is there", page, StringComparison.Ordinal);
        Assert.Contains(_folder.FullName, page, StringComparison.Ordinal);
        foreach (var link in (string[])["/healthz", "/readyz", "/metrics"]) Assert.Contains($"href=\"{link}\"", page, StringComparison.Ordinal);
        Assert.Equal(0, code);
        Assert.Contains("Postgres", errors, StringComparison.Ordinal);
        Assert.Contains("NATS", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors + string.Join('\n', standalone.Output), StringComparison.Ordinal);
        Assert.NotEmpty(servers);
        await Eventually.True(() => Task.FromResult(!servers.Exists(IsRunning)));
    }

    [Fact]
    public async Task A_second_start_over_the_same_data_finds_everything_again()
    {
        var data = Path.Combine(_folder.FullName, "kept");
        for (var start = 0; start < 2; start++)
        {
            await using var standalone = StandaloneProcess.Start(_folder.FullName, [.. AnyPort, "--data", data]);
            using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
            await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
            standalone.Terminate();
            var (code, errors) = await standalone.ExitAsync();

            Assert.Equal(0, code);
            Assert.Equal(start == 0, errors.Contains("creating the data directory", StringComparison.Ordinal));
        }

        Assert.True(Directory.Exists(Path.Combine(data, "postgres")));
        Assert.True(Directory.Exists(Path.Combine(data, "nats")));
    }

    [Fact]
    public async Task A_request_in_flight_when_SIGTERM_comes_is_answered_and_the_exit_code_is_0()
    {
        // A NATS that hangs makes /readyz wait, for as long as the test needs.
        await using var nats = await TestNats.PrivateAsync();
        await using var standalone = await OverTestServersAsync(nats, "--hosting:readiness_timeout=1m");
        var url = await standalone.UrlAsync();
        using var client = new HttpClient { BaseAddress = url };
        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        await nats.PauseAsync();
        var answer = client.GetAsync("/readyz");
        await Eventually.True(async () => (await client.GetStringAsync("/metrics")).Split('\n').Any(l => l.StartsWith("http_server_active_requests{", StringComparison.Ordinal) && l.EndsWith(" 2", StringComparison.Ordinal)));

        standalone.Terminate();
        await Eventually.True(() => RefusesAsync(url));
        Assert.False(standalone.HasExited);
        Assert.False(answer.IsCompleted);
        nats.Resume();

        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        Assert.Equal(0, (await standalone.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_second_interrupt_ends_it_at_once()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var standalone = await OverTestServersAsync(nats, "--hosting:drain_delay=5m");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        standalone.Interrupt();
        await Eventually.True(async () => (await client.GetStringAsync("/readyz").ContinueWith(t => t.IsFaulted, TaskScheduler.Default)) && !standalone.HasExited);

        standalone.Interrupt();

        Assert.NotEqual(0, (await standalone.ExitAsync()).Code);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await using var standalone = StandaloneProcess.Start(_folder.FullName, "--urls", url);
        var (code, errors) = await standalone.ExitAsync();

        Assert.Equal(1, code);
        Assert.Equal($"{url} is in use by another process. Stop that one, or listen elsewhere: --urls http://127.0.0.1:8081", errors.Trim());
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_without_a_stack_trace_and_exit_code_2()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "config.yaml"), "nats:\n  ulr: nats://127.0.0.1:4222\nhosting:\n  drain: soon\n");

        await using var standalone = StandaloneProcess.Start(_folder.FullName, new Dictionary<string, string> { ["RIDEINGEST__POSTGRES__PORT"] = "zero" }, AnyPort);
        var (code, errors) = await standalone.ExitAsync();

        Assert.Equal(2, code);
        Assert.Contains("The configuration has 3 problems", errors, StringComparison.Ordinal);
        Assert.Contains("nats.ulr: there is no such key (config.yaml line 2). Did you mean nats.url?", errors, StringComparison.Ordinal);
        Assert.Contains("hosting.drain: \"soon\" is not a duration", errors, StringComparison.Ordinal);
        Assert.Contains("postgres.port: \"zero\" is not a whole number (RIDEINGEST__POSTGRES__PORT). A good value: 5432", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirected_output_is_one_JSON_object_per_line()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var standalone = await OverTestServersAsync(nats, "--logging:level=debug", "--logging:levels:Microsoft=information");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/Größe?x=%0A");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await client.SendAsync(request);
        standalone.Terminate();
        await standalone.ExitAsync();

        var lines = standalone.Output.Select(line => JsonNode.Parse(line)!).ToList();

        Assert.All(lines, line => Assert.True(line["time"] is not null && line["level"] is not null && line["message"] is not null));
        Assert.Contains(lines, line => (string?)line["trace_id"] == "0af7651916cd43dd8448eb211c80319c" && ((string)line["span_id"]!).Length == 16);
        Assert.DoesNotContain(standalone.Output, line => line.Contains("Password=", StringComparison.OrdinalIgnoreCase) && !line.Contains("***", StringComparison.Ordinal));
    }

    private async Task<StandaloneProcess> OverTestServersAsync(NatsServer nats, params string[] args) =>
        StandaloneProcess.Start(_folder.FullName, [.. AnyPort, $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}", .. args]);

    private static async Task<bool> RefusesAsync(Uri url)
    {
        try
        {
            using var probe = new TcpClient();
            await probe.ConnectAsync(url.Host, url.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    // One that has ended and waits for its new parent to notice does not run.
    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].StartsWith(" Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Everything that descends from a process.</summary>
    private static List<int> Children(int process)
    {
        var all = new List<int>();
        foreach (var task in Directory.GetDirectories($"/proc/{process}/task"))
            foreach (var child in File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
                all.AddRange([child, .. Children(child)]);
        return all;
    }
}
