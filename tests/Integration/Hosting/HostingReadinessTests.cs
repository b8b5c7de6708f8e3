using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Health;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

public sealed class HostingReadinessTests
{
    [Fact]
    public async Task With_NATS_and_Postgres_there_a_process_becomes_ready()
    {
        var nats = await TestNats.SharedAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddNats().AddPostgres()).StartAsync(
            $"--nats:url={nats.Url}", $"--postgres:url={database}");
        using var client = host.Client();

        await Eventually.True(async () => (await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
        Assert.Equal("""{"status":"ready"}""", await client.GetStringAsync("/readyz"));
        await host.StopAsync();
    }

    [Fact]
    public async Task What_is_missing_is_named_with_what_to_do_and_the_process_lives()
    {
        await using var host = await new TestModule(s => s.AddNats().AddPostgres()).StartAsync(
            "--nats:url=nats://user:hush@127.0.0.1:1", "--postgres:url=postgres://me:hush@127.0.0.1:1/rides");
        using var client = host.Client();

        var answer = await client.GetAsync("/readyz");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var json = JsonNode.Parse(text)!;
        Assert.Equal("not_ready", (string?)json["status"]);
        Assert.Equal(["nats", "postgres"], json["missing"]!.AsArray().Select(m => (string)m!["name"]!).Order());
        Assert.Contains("For development: nats-server -js", text, StringComparison.Ordinal);
        Assert.Contains("Start it", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_missing_database_is_told_apart_from_a_missing_server()
    {
        var server = await TestPostgres.SharedAsync();
        var url = server.ConnectionString.Replace("Database=postgres", "Database=not_created", StringComparison.Ordinal);
        await using var host = await new TestModule(s => s.AddPostgres()).StartAsync($"--postgres:url={url}");
        using var client = host.Client();

        Assert.Contains(
            "has no database not_created", await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_NATS_that_refuses_the_password_is_told_apart_from_a_missing_server()
    {
        await using var nats = await NatsServer.StartAsync(AsksAClerkFor("right"));
        await using var host = await new TestModule(s => s.AddNats()).StartAsync(
            $"--nats:url={nats.Url}", "--nats:username=clerk", "--nats:password=hush");
        using var client = host.Client();

        await Eventually.True(
            async () => (await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync()).Contains(
                "does not let us in", StringComparison.Ordinal));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_check_that_hangs_is_missing_after_its_time_and_holds_up_no_other()
    {
        await using var host = await new TestModule(
            s => s.AddReadinessCheck<Hanging>().AddReadinessCheck<Failing>()).StartAsync("--hosting:readiness_timeout=1s");
        using var client = host.Client();

        var json = JsonNode.Parse(await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync())!;
        var missing = json["missing"]!.AsArray().ToDictionary(m => (string)m!["name"]!, m => (string)m!["detail"]!);

        Assert.Contains("No answer within 1s", missing["hanging"], StringComparison.Ordinal);
        Assert.Contains("see the log", missing["failing"], StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task NATS_that_comes_up_late_is_found()
    {
        await using var nats = await TestNats.PrivateAsync();
        await nats.StopAsync();
        await using var host = await new TestModule(s => s.AddNats()).StartAsync($"--nats:url={nats.Url}");
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/readyz")).StatusCode);

        await nats.RestartAsync();

        await Eventually.True(async () => (await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_password_that_NATS_refuses_for_a_while_is_tried_until_it_is_taken_again()
    {
        await using var nats = await NatsServer.StartAsync(AsksAClerkFor("right"));
        await using var changed = await NatsServer.StartAsync(AsksAClerkFor("other"));
        await using var proxy = new TcpProxy(TcpProxy.Host, nats.Port);
        await using var host = await new TestModule(s => s.AddNats()).StartAsync(
            $"--nats:url=nats://{TcpProxy.Host}:{proxy.Port}", "--nats:username=clerk", "--nats:password=right");
        using var client = host.Client();
        await Eventually.True(async () => (await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);

        proxy.TargetPort = changed.Port;
        var before = proxy.Accepted;
        proxy.Reset();
        await Eventually.True(() => proxy.Accepted >= before + 4);
        Assert.Contains(
            "does not let us in", await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        proxy.TargetPort = nats.Port;

        await Eventually.True(async () => (await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
        await host.StopAsync();
    }

    private static NatsServerOptions AsksAClerkFor(string password) =>
        new() { RequirePassword = false, Config = $"authorization {{ user: clerk, password: {password} }}" };

    private sealed class Hanging : IReadinessCheck
    {
        public string Name => "hanging";

        public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(new TaskCompletionSource<string?>().Task);
    }

    private sealed class Failing : IReadinessCheck
    {
        public string Name => "failing";

        public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a secret detail");
    }
}
