using NATS.Client.JetStream;
using RideIngest.Faults.Worlds;
using RideIngest.Streams.Rides;

namespace RideIngest.Faults.Scenarios;

/// <summary>What happens to a cluster of three nats-servers with three replicas of the stream.</summary>
internal static class ClusterFaults
{
    public static IEnumerable<Scenario> All => Raw.Select(scenario => scenario with { World = WorldOptions.Cluster, InStorm = false });

    private static IEnumerable<Scenario> Raw =>
    [
        new("leader-killed", "SIGKILL of the stream's leader", Target.Nats, LeaderKilledAsync) { Accepts = 0.999 },
        new("leader-paused", "SIGSTOP of the stream's leader", Target.Nats, LeaderPausedAsync) { Accepts = 0.999 },
        new("leader-parted", "the stream's leader parted from the others, while senders reach all three", Target.Nats, LeaderPartedAsync)
        {
            Accepts = 0.999,
        },
        new("two-nodes-down", "two of three nodes killed", Target.Nats, TwoDownAsync) { Accepts = 0.999 },
        new("node-data-lost", "a node killed, and its data directory lost", Target.Nats, DataLostAsync) { Accepts = 0.999 },
        new("cluster-restarted", "every node stopped and started, one after the other", Target.Nats, RollingAsync) { Accepts = 0.999 },
        new("cluster-consumer-killed", "SIGKILL of a consumer over the cluster", Target.Consumers, ConsumerKilledAsync) { Accepts = 0.999 },
    ];

    private static async Task<int> LeaderAsync(World world)
    {
        var info = (await world.Js.GetStreamAsync(RidesStream.Name)).Info;
        return Enumerable.Range(0, world.Nats.Servers.Count).First(node => world.Nats.Servers[node].Name == info.Cluster!.Leader);
    }

    private static async Task LeaderKilledAsync(Run run)
    {
        var leader = run.World.Nats.Servers[await LeaderAsync(run.World)];
        await leader.KillAsync();
        await run.WaitAsync(4, 6);
        await leader.RestartAsync();
    }

    private static async Task LeaderPausedAsync(Run run)
    {
        var leader = run.World.Nats.Servers[await LeaderAsync(run.World)];
        await leader.PauseAsync();
        await run.WaitAsync(6, 9);
        leader.Resume();
    }

    private static async Task LeaderPartedAsync(Run run)
    {
        run.World.Nats.Part(await LeaderAsync(run.World));
        await run.WaitAsync(8, 10);
        run.World.Nats.Join();
    }

    private static async Task TwoDownAsync(Run run)
    {
        var down = run.World.Nats.Servers.Skip(1).ToList();
        await Task.WhenAll(down.Select(server => server.KillAsync()));
        await run.WaitAsync(4, 6);
        await Task.WhenAll(down.Select(server => server.RestartAsync()));
    }

    private static async Task DataLostAsync(Run run)
    {
        var server = run.World.Nats.Servers[run.AnyNode];
        await server.KillAsync();
        Directory.Delete(Path.Combine(server.DataDirectory, "store"), recursive: true);
        await run.WaitAsync(1, 2);
        await server.RestartAsync();
    }

    private static async Task RollingAsync(Run run)
    {
        foreach (var server in run.World.Nats.Servers)
        {
            await server.RestartAsync();
            await run.WaitAsync(2, 3);
        }
    }

    private static async Task ConsumerKilledAsync(Run run)
    {
        var consumer = run.AnyConsumer;
        await consumer.KillAsync();
        await run.WaitAsync(0, 1);
        await consumer.StartAsync();
    }
}
