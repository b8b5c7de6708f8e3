using System.Net;
using Docker.DotNet.Models;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Containers;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.LocalServers;

/// <summary>Standalone with its private servers in containers, through whatever container engine answers.</summary>
public sealed class ContainerTests : IAsyncLifetime, IDisposable
{
    private static readonly Dictionary<string, string> InContainers = new() { [ServerContainers.Variable] = "containers" };
    private static readonly string[] AnyPort = ["--urls", "http://127.0.0.1:0"];
    private static readonly string[] Servers = ["nats", "postgres"];

    private readonly TestDirectory _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        var volumes = Directory.GetFiles(_folder.Path, "volume", SearchOption.AllDirectories);
        if (volumes.Length == 0)
            return;
        var engine = await ContainerEngine.FindAsync(CancellationToken.None);
        foreach (var container in await ContainersAsync(_folder.Path))
            await engine.RemoveAsync(container.ID, CancellationToken.None);
        foreach (var volume in volumes)
            await engine.Client.Volumes.RemoveAsync(await File.ReadAllTextAsync(volume));
    }

    public void Dispose() => _folder.Dispose();

    [EngineFact]
    public async Task What_was_stored_is_there_after_a_restart_and_no_container_is_left()
    {
        const long Id = 132512;
        await using (var first = Start())
        {
            using var client = await ReadyAsync(first);
            using var stored = await client.PostAsync("/v1/bookings", new StringContent(Given.Booking(Id), null, "application/json"));
            Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
            Assert.Equal(2, (await ContainersAsync(_folder.Path)).Count);
            first.Terminate();
            Assert.Equal(0, await first.ExitAsync());
        }

        Assert.Empty(await ContainersAsync(_folder.Path));
        await using var second = Start();
        using var again = await ReadyAsync(second);
        Assert.Contains($"{Id}", await again.GetStringAsync($"/v1/bookings/{Id}"), StringComparison.Ordinal);
        second.Terminate();
        Assert.Equal(0, await second.ExitAsync());
    }

    [EngineFact]
    public async Task Its_servers_listen_on_the_loopback_interface_alone_and_their_passwords_are_nowhere_to_be_seen()
    {
        await using var standalone = Start("--logging:level=verbose");
        using var client = await ReadyAsync(standalone);
        var containers = await ContainersAsync(_folder.Path);
        var shown = new List<string> { await client.GetStringAsync("/"), await client.GetStringAsync("/rides") };
        shown.AddRange(containers.Select(container => container.Command));
        standalone.Terminate();
        await standalone.ExitAsync();
        shown.Add(standalone.Errors);
        shown.AddRange(standalone.Output);

        Assert.All(containers.SelectMany(container => container.Ports), port => Assert.Equal("127.0.0.1", port.IP));
        foreach (var server in Servers)
        {
            var password = await File.ReadAllTextAsync(_folder.In($".data/{server}/password"));
            Assert.NotEmpty(password);
            Assert.DoesNotContain(shown, text => text.Contains(password, StringComparison.Ordinal));
        }
    }

    [EngineFact]
    public async Task A_server_whose_container_dies_or_is_removed_is_started_again()
    {
        await using var standalone = Start();
        using var client = await ReadyAsync(standalone);
        var engine = await ContainerEngine.FindAsync(CancellationToken.None);
        var before = await ContainersAsync(_folder.Path);

        await engine.Client.Containers.KillContainerAsync(before[0].ID, new());
        await engine.RemoveAsync(before[1].ID, CancellationToken.None);

        await Eventually.True(() =>
            standalone.Output.Count(line => line.Contains("has ended", StringComparison.Ordinal)) == 2);
        await RideSystem.WholeAsync(client);
        var after = await ContainersAsync(_folder.Path);
        Assert.Contains(after, container => container.ID == before[0].ID);
        Assert.DoesNotContain(after, container => container.ID == before[1].ID);
        Assert.Equal(2, after.Count);
        standalone.Terminate();
        Assert.Equal(0, await standalone.ExitAsync());
    }

    [EngineFact]
    public async Task What_a_killed_process_leaves_is_removed_by_the_next_start_of_any()
    {
        await using (var killed = Start()) (await ReadyAsync(killed)).Dispose();
        Assert.Equal(2, (await ContainersAsync(_folder.Path)).Count);

        string temporary;
        await using (var next = await ServerHostProcess.StartAsync(null, InContainers))
        {
            temporary = next.NatsDirectory;
            Assert.Empty(await ContainersAsync(_folder.Path));
            Assert.Single(await ContainersAsync(temporary));
        }

        Assert.Empty(await ContainersAsync(temporary));
        Assert.False(Directory.Exists(temporary));
    }

    [Fact]
    public async Task Data_of_a_server_that_ran_as_a_process_is_refused()
    {
        Directory.CreateDirectory(_folder.In(".data/nats/store"));

        await using var standalone = Start("--postgres:url=postgres://nobody@127.0.0.1:1/none");
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(1, code);
        Assert.Contains("not in a container. Choose another data directory", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_that_means_nothing_is_one_clear_line()
    {
        var wrong = new Dictionary<string, string> { [ServerContainers.Variable] = "docker" };
        await using var standalone = StartedProcess.Standalone(_folder.Path, wrong, AnyPort);
        var (code, errors) = (await standalone.ExitAsync(), standalone.Errors);

        Assert.Equal(1, code);
        Assert.Contains("RIDEINGEST_SERVERS is \"docker\". The only valid value is \"containers\"", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private StartedProcess Start(params string[] args) => StartedProcess.Standalone(_folder.Path, InContainers, [.. AnyPort, .. args]);

    private static async Task<HttpClient> ReadyAsync(StartedProcess standalone)
    {
        var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);
        return client;
    }

    /// <summary>Those over a directory or over one below it.</summary>
    private static async Task<IList<ContainerListResponse>> ContainersAsync(string directory)
    {
        var engine = await ContainerEngine.FindAsync(CancellationToken.None);
        var all = await engine.Client.Containers.ListContainersAsync(new() { All = true });
        return [.. all.Where(IsBelow)];

        bool IsBelow(ContainerListResponse container) =>
            container.Labels.TryGetValue(ContainerEngine.DirectoryLabel, out var path)
                && path.StartsWith(directory, StringComparison.Ordinal);
    }
}
