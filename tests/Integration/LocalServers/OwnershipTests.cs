using System.Globalization;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.LocalServers;

public sealed class OwnershipTests : IDisposable
{
    private readonly TestDirectory _data = new();

    [ServerProcessFact]
    public async Task A_killed_owner_leaves_no_server_and_no_locked_data()
    {
        await using var killed = await ServerHostProcess.StartAsync(_data.Path);
        await killed.KillAsync();
        await Eventually.True(
            () => !Posix.IsAlive(killed.NatsProcessId) && !Posix.IsAlive(killed.PostgresProcessId), "both servers are gone");
        await using var next = await ServerHostProcess.StartAsync(_data.Path);
        Assert.NotEqual(killed.PostgresProcessId, next.PostgresProcessId);
        Assert.Equal(new Uri(killed.NatsUrl).UserInfo, new Uri(next.NatsUrl).UserInfo);
    }

    [ServerProcessFact]
    public async Task A_start_right_after_a_kill_waits_for_the_servers_of_the_killed()
    {
        await using var killed = await ServerHostProcess.StartAsync(_data.Path);
        await killed.KillAsync();
        await using var next = await ServerHostProcess.StartAsync(_data.Path);
        Assert.False(Posix.IsAlive(killed.NatsProcessId) || Posix.IsAlive(killed.PostgresProcessId));
    }

    [ServerProcessFact]
    public async Task A_killed_owner_leaves_no_temporary_data()
    {
        await using var killed = await ServerHostProcess.StartAsync();
        Assert.True(Directory.Exists(killed.NatsDirectory) && Directory.Exists(killed.PostgresDirectory));
        await killed.KillAsync();
        await Eventually.True(
            () => !Directory.Exists(killed.NatsDirectory) && !Directory.Exists(killed.PostgresDirectory), "both directories are gone");
    }

    [ServerProcessFact]
    public async Task Interrupting_the_terminal_leaves_the_servers_to_their_owner()
    {
        await using var owner = await ServerHostProcess.StartAsync(_data.Path);
        Assert.Equal("interrupted", await owner.InterruptAsync());
        await using var nats = await NatsServer.StartAsync(new() { Url = owner.NatsUrl });
        await using var postgres = await PostgresServer.StartAsync(new() { ConnectionString = owner.ConnectionString });
        Assert.True(Posix.IsAlive(owner.NatsProcessId) && Posix.IsAlive(owner.PostgresProcessId));
    }

    [Fact]
    public async Task Two_owners_of_the_same_data_are_told_apart()
    {
        await using var owner = await ServerHostProcess.StartAsync(_data.Path);
        var nats = await Assert.ThrowsAsync<LocalServerException>(() => TestNats.PrivateAsync(options: new()
        {
            DataDirectory = _data.In("nats"),
        }));
        var postgres = await Assert.ThrowsAsync<LocalServerException>(() => PostgresServer.StartAsync(new()
        {
            DataDirectory = _data.In("postgres"),
        }));
        Assert.All(
            [nats, postgres],
            refused => Assert.Contains(
                $"process {owner.ProcessId.ToString(CultureInfo.InvariantCulture)}", refused.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_owners_of_their_own_data_run_side_by_side()
    {
        await using var one = await ServerHostProcess.StartAsync(_data.In("one"));
        await using var two = await ServerHostProcess.StartAsync(_data.In("two"));
        Assert.NotEqual(one.NatsUrl, two.NatsUrl);
    }

    public void Dispose() => _data.Dispose();
}
