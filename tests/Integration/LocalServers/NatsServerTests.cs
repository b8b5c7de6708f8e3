using System.Net.Sockets;
using System.Text;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.LocalServers;

public sealed class NatsServerTests : IDisposable
{
    private readonly TestDirectory _data = new();

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task A_second_start_over_the_same_data_finds_the_stream_again(string version)
    {
        await using (var first = await TestNats.PrivateAsync(version, new() { DataDirectory = _data.Path }))
        {
            await TextClient.CreateStreamAsync(first, "RIDES");
            await TextClient.AskAsync(first, "RIDES.one", "hello");
        }

        await using var second = await TestNats.PrivateAsync(version, new() { DataDirectory = _data.Path });
        Assert.StartsWith(version, second.Version, StringComparison.Ordinal);
        Assert.Equal(1, await TextClient.MessagesAsync(second, "RIDES"));
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task A_killed_server_comes_back_on_its_port_with_what_it_acknowledged(string version)
    {
        await using var server = await TestNats.PrivateAsync(version);
        var port = server.Port;
        await TextClient.CreateStreamAsync(server, "RIDES");
        await TextClient.AskAsync(server, "RIDES.one", "hello");
        await server.KillAsync();
        Assert.Equal(0, server.ProcessId);
        await server.RestartAsync();
        Assert.Equal(port, server.Port);
        Assert.Equal(1, await TextClient.MessagesAsync(server, "RIDES"));
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task It_says_whether_every_write_is_synced(string version)
    {
        await using var server = await TestNats.PrivateAsync(version);
        Assert.Equal(Version.Parse(version) >= new Version(2, 10), server.SyncsAlways);
        await using var relaxed = await TestNats.PrivateAsync(version, new() { SyncAlways = false });
        Assert.False(relaxed.SyncsAlways);
    }

    [ServerProcessTheory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Three_servers_form_a_cluster_that_survives_its_leader(string version)
    {
        await using var cluster = await TestNats.ClusterAsync(version);
        using var deadline = new CancellationTokenSource(Deadlines.Hang);
        var leader = await cluster.LeaderAsync(deadline.Token);
        await leader.KillAsync();
        var next = await cluster.LeaderAsync(deadline.Token);
        Assert.NotEqual(leader.Name, next.Name);
        await leader.RestartAsync(deadline.Token);
        await cluster.LeaderAsync(deadline.Token);
        Assert.All(cluster.Servers, server => Assert.NotEqual(0, server.ProcessId));
    }

    [ServerProcessFact]
    public async Task It_says_what_it_waits_for_and_hands_on_its_log()
    {
        var progress = new List<string>();
        var log = new List<string>();
        var server = await TestNats.PrivateAsync(options: new() { DataDirectory = _data.Path, Progress = progress.Add, Log = log.Add });
        await server.DisposeAsync();
        Assert.Contains(progress, line => line == $"NATS {server.Version} is ready on 127.0.0.1:{server.Port} (JetStream in {_data.Path})");
        Assert.Contains(log, line => line.Contains("Server is ready", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_refuses_its_configuration_is_an_error_with_its_last_words()
    {
        var refused = await Assert.ThrowsAsync<LocalServerException>(() => TestNats.PrivateAsync(options: new()
        {
            Config = "no_such_setting: 1",
        }));
        Assert.Contains("no_such_setting", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Further_configuration_reaches_the_server()
    {
        await using var server = await TestNats.PrivateAsync(options: new() { Config = "max_payload: 54321" });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        using var reader = new StreamReader(client.GetStream());
        Assert.Contains("\"max_payload\":54321", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [ServerProcessFact]
    public async Task A_paused_server_is_silent_until_it_is_resumed()
    {
        await using var server = await TestNats.PrivateAsync();
        await server.PauseAsync();
        using var silence = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => NatsInfo.ReadAsync("127.0.0.1", server.Port, silence.Token));
        server.Resume();
        Assert.Equal(server.Name, (await NatsInfo.ReadAsync("127.0.0.1", server.Port, CancellationToken.None)).Name);
    }

    [ServerProcessFact]
    public async Task A_lame_duck_tells_its_clients()
    {
        await using var server = await TestNats.PrivateAsync(options: new()
        {
            Config = "lame_duck_duration: \"30s\", lame_duck_grace_period: \"1s\"",
        });
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        using var reader = new StreamReader(client.GetStream());
        await reader.ReadLineAsync();
        using var deadline = new CancellationTokenSource(Deadlines.Hang);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"{ConnectLine.For(server.Url)}PING\r\n"), deadline.Token);

        // Only a client whose CONNECT has been read is told.
        string? line;
        do
            line = await reader.ReadLineAsync(deadline.Token);
        while (line is not (null or "PONG"));
        server.BeginLameDuck();
        do
            line = await reader.ReadLineAsync(deadline.Token);
        while (line?.Contains("\"ldm\":true", StringComparison.Ordinal) == false);
        Assert.NotNull(line);
    }

    [Fact]
    public async Task A_server_that_is_named_is_used_and_left_alone()
    {
        await using var running = await TestNats.PrivateAsync();
        var named = await NatsServer.StartAsync(new() { Url = $"nats://127.0.0.1:1,{running.Url}" });
        Assert.True(named.IsExternal);
        Assert.Equal((running.Version, running.Name), (named.Version, named.Name));
        Assert.Throws<InvalidOperationException>(named.Resume);
        await named.DisposeAsync();
        Assert.Equal(running.Name, (await NatsInfo.ReadAsync("127.0.0.1", running.Port, CancellationToken.None)).Name);
    }

    [Fact]
    public async Task A_named_server_that_is_not_there_is_an_error_that_names_the_key()
    {
        var missing = await Assert.ThrowsAsync<LocalServerException>(() => NatsServer.StartAsync(new() { Url = "nats://127.0.0.1:1" }));
        Assert.Contains("RIDEINGEST__NATS__URL", missing.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", missing.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();
}
