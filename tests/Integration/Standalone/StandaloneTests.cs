using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Standalone;

public sealed class StandaloneTests : IDisposable
{
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerProcessFact]
    public async Task Started_in_an_empty_directory_it_becomes_ready_shows_its_page_and_leaves_nothing_running()
    {
        await using var standalone = StartedProcess.Standalone(_folder.Path, AnyPort);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);
        var servers = Children(standalone.Id);
        Assert.DoesNotContain("Testcontainers", await File.ReadAllTextAsync($"/proc/{standalone.Id}/maps"), StringComparison.Ordinal);

        var page = await client.GetStringAsync("/rides");
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/rides"));
        standalone.Interrupt();
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Contains("</span>Ready</p>", page, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, page, StringComparison.Ordinal);
        foreach (var link in (string[])["/healthz", "/readyz", "/metrics"])
            Assert.Contains($"href=\"{link}\"", page, StringComparison.Ordinal);
        Assert.Equal(0, code);
        Assert.Contains("Postgres", errors, StringComparison.Ordinal);
        Assert.Contains("NATS", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors + string.Join('\n', standalone.Output), StringComparison.Ordinal);
        Assert.NotEmpty(servers);
        await Eventually.True(() => !servers.Exists(IsRunning));
    }

    [Fact]
    public async Task The_passwords_of_its_servers_are_in_no_log_on_no_page_and_in_no_list_of_processes()
    {
        string[] everything = ["--logging:level=verbose", "--logging:levels:NATS=verbose", "--logging:levels:Npgsql=verbose"];
        await using var standalone = StartedProcess.Standalone(_folder.Path, [.. AnyPort, .. everything]);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);
        var shown = new List<string>();
        foreach (var page in (string[])["/", "/rides", "/readyz", "/metrics"])
            shown.Add(await client.GetStringAsync(page));
        var processes = Below(standalone.Id).SelectMany(guard => (int[])[standalone.Id, guard, .. Below(guard)]);
        shown.AddRange(processes.Select(id => File.ReadAllText($"/proc/{id}/cmdline")));
        standalone.Terminate();
        await standalone.ExitAsync();
        shown.Add(standalone.Errors);
        shown.AddRange(standalone.Output);

        foreach (var server in (string[])["nats", "postgres"])
        {
            var password = await File.ReadAllTextAsync(_folder.In($".data/{server}/password"));
            Assert.NotEmpty(password);
            Assert.DoesNotContain(shown, text => text.Contains(password, StringComparison.Ordinal));
        }

        Assert.Contains(standalone.Output, line => line.Contains("at nats://127.0.0.1:", StringComparison.Ordinal));
    }

    [ServerProcessFact]
    public async Task A_second_start_over_the_same_data_finds_everything_again()
    {
        var data = _folder.In("kept");
        for (var start = 0; start < 2; start++)
        {
            await using var standalone = StartedProcess.Standalone(_folder.Path, [.. AnyPort, "--data", data]);
            using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
            await RideSystem.WholeAsync(client);
            standalone.Terminate();
            var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

            Assert.Equal(0, code);
            Assert.Equal(start == 0, errors.Contains("creating the data directory", StringComparison.Ordinal));
        }

        Assert.True(Directory.Exists(Path.Combine(data, "postgres")));
        Assert.True(Directory.Exists(Path.Combine(data, "nats")));
    }

    [ServerProcessFact]
    public async Task A_private_server_that_dies_is_started_again()
    {
        await using var standalone = StartedProcess.Standalone(_folder.Path, AnyPort);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);
        var before = Servers(standalone.Id);
        Assert.Equal(2, before.Count);

        foreach (var server in before)
            Posix.Signal(server, Posix.Kill);

        await Eventually.True(() => !before.Exists(IsRunning));
        await RideSystem.WholeAsync(client);
        Assert.Equal(2, Servers(standalone.Id).Except(before).Count());
        Assert.Contains(standalone.Output, line => line.Contains("The private NATS server ended unexpectedly", StringComparison.Ordinal));
        standalone.Terminate();
        Assert.Equal(0, await standalone.ExitAsync());
    }

    [Fact]
    public async Task It_is_degraded_while_it_takes_records_without_Postgres_and_not_ready_while_it_takes_none()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var standalone = StartedProcess.Standalone(
            _folder.Path, [.. AnyPort, $"--nats:url={nats.Url}", $"--postgres:url={await postgres.CreateDatabaseAsync("rides")}"]);
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);

        await postgres.StopAsync();
        var degraded = await ReadyAsync("degraded");
        using var booking = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
        var taken = await client.PostAsync("/v1/bookings", booking);
        await nats.StopAsync();
        var notReady = await ReadyAsync("not_ready");
        await nats.RestartAsync();
        await postgres.RestartAsync();

        Assert.Equal((200, HttpStatusCode.Accepted), (degraded.Status, taken.StatusCode));
        Assert.Contains("postgres", degraded.Json["missing"]!.AsArray().Select(missing => (string?)missing!["name"]));
        Assert.Equal(503, notReady.Status);
        await RideSystem.WholeAsync(client);

        async Task<Answer> ReadyAsync(string status)
        {
            Answer? answer = null;
            await Eventually.True(async () =>
            {
                answer = await Answer.OfAsync(await client.GetAsync("/readyz"));
                return (string?)answer.Json["status"] == status;
            });
            return answer!;
        }
    }

    [ServerProcessFact]
    public async Task A_request_in_flight_when_SIGTERM_comes_is_answered_and_the_exit_code_is_0()
    {
        // A NATS that hangs makes /readyz wait, for as long as the test needs.
        await using var nats = await TestNats.PrivateAsync();
        await using var standalone = await OverTestServersAsync(nats, "--hosting:readiness_timeout=1m");
        var url = await standalone.UrlAsync();
        using var client = new HttpClient { BaseAddress = url };
        await RideSystem.WholeAsync(client);
        await nats.PauseAsync();
        var answer = client.GetAsync("/readyz");
        await Eventually.True(
            async () => (await client.GetStringAsync("/metrics")).Split('\n').Any(
                l => l.StartsWith("http_server_active_requests{", StringComparison.Ordinal) && l.EndsWith(" 2", StringComparison.Ordinal)));

        standalone.Terminate();
        await Eventually.True(() => RefusesAsync(url));
        Assert.False(standalone.HasExited);
        Assert.False(answer.IsCompleted);
        nats.Resume();

        Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        Assert.Equal(0, await standalone.ExitAsync());
    }

    [Fact]
    public async Task A_second_interrupt_ends_it_at_once()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var standalone = await OverTestServersAsync(nats, "--hosting:drain_delay=5m");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        standalone.Interrupt();
        await Eventually.True(
            async () => (await client.GetStringAsync("/readyz").ContinueWith(t => t.IsFaulted, TaskScheduler.Default)) && !standalone.HasExited);

        standalone.Interrupt();

        Assert.NotEqual(0, await standalone.ExitAsync());
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await using var standalone = StartedProcess.Standalone(_folder.Path, "--urls", url);
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(1, code);
        Assert.Equal(
            $"{url} is in use by another process. Stop that one, or listen elsewhere: --urls http://127.0.0.1:8081", errors.Trim());
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("--urls", "http://192.0.2.1:8080", 1, "http://192.0.2.1:8080 is not an address of this machine.")]
    [InlineData("--urls", "http://localhots:8080", 2, "hosting.urls: \"http://localhots:8080\" is invalid")]
    [InlineData("--urls", "http://127.0.0.1:99999", 2, "hosting.urls: \"http://127.0.0.1:99999\" is invalid")]
    [InlineData("--data", "/dev/null/data", 1, "cannot be created")]
    public async Task A_place_that_cannot_be_had_is_one_clear_line(string name, string value, int exitCode, string message)
    {
        await using var standalone = StartedProcess.Standalone(_folder.Path, [.. AnyPort, name, value]);
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(exitCode, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_the_switches_and_starts_nothing()
    {
        await using var standalone = StartedProcess.Standalone(_folder.Path, "--help");

        Assert.Equal(0, await standalone.ExitAsync());
        foreach (var name in (string[])["--config-path", "--urls", "--data", "--nats:url="])
            Assert.Contains(standalone.Output, line => line.Contains(name, StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Dotnet_run_keeps_data_and_configuration_where_one_stands()
    {
        string[] question =
        [
            "msbuild", Path.Combine(Repository.Root, "services/Standalone/Standalone.csproj"), "-getProperty:RunWorkingDirectory",
        ];
        using var msbuild = Process.Start(new ProcessStartInfo("dotnet", question) { RedirectStandardOutput = true })!;

        Assert.Equal("", (await msbuild.StandardOutput.ReadToEndAsync()).Trim());
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_without_a_stack_trace_and_exit_code_2()
    {
        await File.WriteAllTextAsync(_folder.In("config.yaml"), "nats:\n  ulr: nats://127.0.0.1:4222\nhosting:\n  drain: soon\n");

        await using var standalone = StartedProcess.Standalone(_folder.Path, new Dictionary<string, string>
        {
            ["RIDEINGEST__POSTGRES__PORT"] = "zero",
        }, AnyPort);
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(2, code);
        Assert.Contains("The configuration has 3 problems", errors, StringComparison.Ordinal);
        Assert.Contains("nats.ulr: there is no such key (config.yaml line 2). Did you mean nats.url?", errors, StringComparison.Ordinal);
        Assert.Contains("hosting.drain: \"soon\" is not a duration", errors, StringComparison.Ordinal);
        Assert.Contains(
            "postgres.port: \"zero\" is not a whole number (RIDEINGEST__POSTGRES__PORT). A good value: 5432", errors,
            StringComparison.Ordinal);
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
        Assert.Contains(
            lines, line => (string?)line["trace_id"] == "0af7651916cd43dd8448eb211c80319c" && ((string)line["span_id"]!).Length == 16);
        Assert.DoesNotContain(
            standalone.Output,
            line => line.Contains("Password=", StringComparison.OrdinalIgnoreCase) && !line.Contains("***", StringComparison.Ordinal));
    }

    private async Task<StartedProcess> OverTestServersAsync(NatsServer nats, params string[] args) =>
        StartedProcess.Standalone(
            _folder.Path, [.. AnyPort, $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}", .. args]);

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

    /// <summary>The servers themselves: what runs directly below their guards and is no shell.</summary>
    private static List<int> Servers(int process) =>
        [.. Below(process).SelectMany(Below).Where(id => File.ReadAllText($"/proc/{id}/comm").TrimEnd() is "nats-server" or "postgres")];

    private static List<int> Below(int process) =>
        [.. Directory
            .GetDirectories($"/proc/{process}/task")
            .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(int.Parse)];

    /// <summary>Everything that descends from a process.</summary>
    private static List<int> Children(int process) =>
        [.. Below(process).SelectMany(child => (IEnumerable<int>)[child, .. Children(child)])];
}
