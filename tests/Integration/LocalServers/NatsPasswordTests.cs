using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using NATS.Client.Core;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.LocalServers;

[UnsupportedOSPlatform("windows")]
public sealed partial class NatsPasswordTests : IDisposable
{
    private static readonly string[] MonitorPages =
    [
        "varz", "connz?auth=true&subs=detail", "routez?subs=detail", "subsz?subs=1", "gatewayz", "leafz?subs=1", "accountz",
        "accountz?acc=$G", "accstatz?unused=1", "jsz?accounts=1&streams=1&consumers=1&config=1", "healthz", "stacksz",
    ];

    private readonly TestDirectory _data = new();

    [ServerProcessTheory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Nobody_connects_without_the_password_which_only_its_owner_can_read(string version)
    {
        await using var server = await TestNats.PrivateAsync(version, new() { DataDirectory = _data.Path });

        await PingAsync(server.Url);
        await PingAsync(server.Address, server.Username, server.Password);
        await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address));
        await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address, server.Username, "guess"));
        await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address, "guess", server.Password));
        foreach (var file in (string[])["password", "nats-server.conf"])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.In(file)));
    }

    [Fact]
    public async Task A_restart_and_a_second_start_keep_the_password_and_another_directory_has_its_own()
    {
        string? first;
        await using (var server = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.In("one") }))
        {
            first = server.Password;
            await server.RestartAsync();
            Assert.Equal(first, server.Password);
            await PingAsync(server.Url);
        }

        await using var second = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.In("one") });
        await using var other = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.In("two") });
        Assert.Equal(first, second.Password);
        Assert.NotEqual(first, other.Password);
        await PingAsync(second.Url);
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Data_from_before_there_were_passwords_is_kept_and_gets_one(string version)
    {
        await using (var before = await TestNats.PrivateAsync(version, new() { DataDirectory = _data.Path, RequirePassword = false }))
        {
            Assert.Equal(before.Address, before.Url);
            await TextClient.CreateStreamAsync(before, "RIDES");
            await TextClient.AskAsync(before, "RIDES.one", "hello");
        }

        Assert.False(File.Exists(_data.In("password")));
        await using var after = await TestNats.PrivateAsync(version, new() { DataDirectory = _data.Path });
        Assert.Equal(1, await TextClient.MessagesAsync(after, "RIDES"));
        await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(after.Address));
        Assert.Equal(after.Password, await File.ReadAllTextAsync(_data.In("password")));
    }

    [Fact]
    public async Task A_crash_that_left_an_empty_file_leaves_a_server_that_asks_for_a_password()
    {
        await File.WriteAllTextAsync(_data.In("password"), "");

        await using var server = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.Path });

        Assert.NotEmpty(server.Password!);
        await PingAsync(server.Url);
        await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.In("password")));
    }

    [ServerProcessFact]
    public async Task Neither_the_list_of_processes_nor_what_it_says_shows_the_password()
    {
        var said = new List<string>();
        const string Talkative = "debug: true, trace: true";
        var options = new NatsServerOptions { DataDirectory = _data.Path, Config = Talkative, Progress = said.Add, Log = said.Add };
        string password;
        await using (var server = await TestNats.PrivateAsync(options: options))
        {
            password = server.Password!;
            await PingAsync(server.Url);
            await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address, server.Username, "guess"));

            var commands = Directory.GetDirectories("/proc").Select(CommandLine).ToList();
            Assert.Contains(commands, command => command.Contains(_data.Path, StringComparison.Ordinal));
            Assert.DoesNotContain(commands, command => command.Contains(password, StringComparison.Ordinal));
        }

        Assert.Contains(said, line => line.Contains("CONNECT", StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains(password, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Its_monitoring_gives_away_neither_the_password_nor_a_record(string version)
    {
        const string Record = "a-record-of-somebody";
        await using var server = await TestNats.PrivateAsync(version, new() { MonitorPort = 0 });
        await using var client = Connection(server.Url);
        await using var subscription = await client.SubscribeCoreAsync<string>("RIDES.>");
        await TextClient.CreateStreamAsync(server, "RIDES");
        await TextClient.AskAsync(server, "RIDES.one", Record);
        await client.PingAsync();

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.MonitorPort}") };
        var pages = new List<string>();
        foreach (var page in MonitorPages)
            pages.Add(await (await http.GetAsync(page)).Content.ReadAsStringAsync());

        Assert.Contains(pages, page => page.Contains("RIDES", StringComparison.Ordinal));
        Assert.All(pages, page => Assert.DoesNotContain(server.Password!, page, StringComparison.Ordinal));
        Assert.All(pages, page => Assert.DoesNotContain(Record, page, StringComparison.Ordinal));
    }

    [ServerProcessFact]
    public async Task Without_being_asked_for_there_is_no_monitoring()
    {
        await using var server = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.Path });

        Assert.Null(server.MonitorPort);
        Assert.DoesNotContain("http", await File.ReadAllTextAsync(_data.In("nats-server.conf")), StringComparison.Ordinal);
    }

    [ServerProcessTheory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task The_servers_of_a_cluster_share_a_password_which_their_routes_need_as_well(string version)
    {
        await using var cluster = await TestNats.ClusterAsync(version);
        Assert.Single(cluster.Servers.Select(server => server.Password).Distinct());
        foreach (var server in cluster.Servers)
        {
            await PingAsync(server.Url);
            await Assert.ThrowsAnyAsync<NatsException>(() => PingAsync(server.Address));
        }

        var config = await File.ReadAllTextAsync(Path.Combine(cluster.Servers[0].DataDirectory, "nats-server.conf"));
        var port = int.Parse(RoutePort().Match(config).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        using var route = new TcpClient("127.0.0.1", port);
        await route.GetStream().WriteAsync(Encoding.UTF8.GetBytes(ConnectLine.For(cluster.Servers[0].Address)));
        Assert.Contains("Authorization Violation", await new StreamReader(route.GetStream()).ReadToEndAsync(), StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    [GeneratedRegex("cluster .*listen: \"127\\.0\\.0\\.1:([0-9]+)\"")]
    private static partial Regex RoutePort();

    private static NatsConnection Connection(string url, string? username = null, string? password = null) =>
        new(new NatsOpts { Url = url, AuthOpts = new NatsAuthOpts { Username = username, Password = password } });

    private static async Task PingAsync(string url, string? username = null, string? password = null)
    {
        await using var client = Connection(url, username, password);
        await client.ConnectAsync();
        await client.PingAsync();
    }

    private static string CommandLine(string process)
    {
        try
        {
            var file = Path.Combine(process, "cmdline");
            return File.Exists(file) ? File.ReadAllText(file) : "";
        }
        catch (IOException)
        {
            // It has ended since.
            return "";
        }
    }
}
