using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

/// <summary>Who may use which endpoint, of a module that does nothing else.</summary>
public sealed class HostingAccessTests
{
    [Fact]
    public async Task An_endpoint_without_a_declared_policy_fails_the_start_which_names_it()
    {
        await using var host = new TestModule(endpoints: routes =>
        {
            routes.MapGet("/declared", () => "yes").Public();
            routes.MapGet("/forgotten", () => "no");
        }).Create();

        var refused = await Assert.ThrowsAsync<StartupException>(() => host.StartAsync());

        Assert.Contains("HTTP: GET /forgotten", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/declared", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("rides.localhost:80", 200)]
    [InlineData("evil.example", 421)]
    public async Task Where_no_key_is_asked_for_only_names_of_this_machine_are_answered(string name, int status)
    {
        await using var host = await Open().StartAsync();

        var (answer, ready) = (await AskAsync(host, "/records", name), await AskAsync(host, "/readyz", name));

        Assert.Equal((status, 200), (answer.Status, ready.Status));
        if (status == 421)
            Assert.Contains(
                "only names of this machine are accepted, such as localhost and 127.0.0.1, not 'evil.example'", answer.Text,
                StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("--auth:open=true")]
    [InlineData(
        "--auth:mode=keys", "--auth:keys:0:name=x", "--auth:keys:0:scopes=read",
        "--auth:keys:0:sha256=1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f")]
    public async Task Any_name_is_answered_where_the_settings_say_so_or_keys_are_asked_for(params string[] args)
    {
        await using var host = await Open().StartAsync(args);

        Assert.Equal(args.Length == 1 ? 200 : 401, (await AskAsync(host, "/records", "rides.example")).Status);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("  -")]
    [InlineData(" -")]
    [InlineData(" *key.txt")]
    public async Task A_keys_hash_is_accepted_as_sha256sum_prints_it(string behind)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData("the-readers-key"u8));
        await using var host = await Open().StartAsync(
            "--auth:mode=keys", "--auth:keys:0:name=reader", "--auth:keys:0:scopes=read", $"--auth:keys:0:sha256={hash}{behind}");
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("X-Api-Key", "the-readers-key");

        Assert.Equal("records", await client.GetStringAsync("/records"));
        await host.StopAsync();
    }

    [Fact]
    public async Task Reads_of_one_sender_beyond_the_limit_hear_429_which_names_it_and_those_of_another_are_answered()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var host =
            await new TestModule(services => services.AddScopes("read"), routes => routes.MapGet("/records", async (bool? slow) =>
        {
            if (slow is not true)
                return "records";
            entered.TrySetResult();
            await leave.Task;
            return "late";
        }).Needs("read").LimitedAsRead()).StartAsync(
            ["--hosting:reads=1", .. Keys.Of(0, "one", "the-first-key", "read"), .. Keys.Of(1, "other", "the-second-key", "read")]);
        using var client = host.Client();

        var slow = AskAsync("/records?slow=true", "the-first-key");
        await entered.Task.WaitAsync(Deadlines.Hang);
        var (refused, other) = (await AskAsync("/records", "the-first-key"), await AskAsync("/records", "the-second-key"));
        leave.SetResult();

        Assert.Equal(
            (429, "/problems/too-many-requests", true), (refused.Status, (string?)refused.Json["type"], (bool)refused.Json["retryable"]!));
        Assert.Contains("hosting.reads", (string)refused.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        Assert.Equal((200, "records"), (other.Status, other.Text));
        Assert.Equal("late", (await slow).Text);
        await Eventually.True(async () => (await AskAsync("/records", "the-first-key")).Status == 200);
        await host.StopAsync();

        async Task<Answer> AskAsync(string path, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("X-Api-Key", key);
            return await Answer.OfAsync(await client.SendAsync(request));
        }
    }

    [Fact]
    public async Task A_page_has_a_security_policy_and_may_state_its_own()
    {
        await using var host = await new TestModule(endpoints: routes =>
        {
            routes.MapGet("/page", () => "page").Page();
            routes.MapGet("/other", () => "page").Page("default-src 'self'");
        }).StartAsync();
        using var client = host.Client();

        var (usual, own) = (await client.GetAsync("/page"), await client.GetAsync("/other"));

        Assert.Equal([PageEndpoints.OwnFiles], usual.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["default-src 'self'"], own.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["nosniff"], usual.Headers.GetValues("X-Content-Type-Options"));
        await host.StopAsync();
    }

    private static TestModule Open() =>
        new(services => services.AddScopes("read"), routes => routes.MapGet("/records", () => "records").Needs("read"));

    private static async Task<Answer> AskAsync(RideIngestHost host, string path, string name)
    {
        using var client = host.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = name;
        return await Answer.OfAsync(await client.SendAsync(request));
    }
}
