using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Network;

namespace RideIngest.Faults.Scenarios;

/// <summary>What happens to NATS, and to the ways there.</summary>
internal static class NatsFaults
{
    private static readonly WorldOptions SmallStream = new() { StreamBytes = "1MB" };

    public static IEnumerable<Scenario> All =>
    [
        new("nats-killed", "SIGKILL of nats-server, back after some seconds", Target.Nats, KilledAsync) { Accepts = 0.999 },
        new("nats-restarted", "nats-server stopped and started", Target.Nats, run => run.World.Nats.Servers[0].RestartAsync())
        {
            Accepts = 0.999,
        },
        new("nats-paused", "SIGSTOP of nats-server", Target.Nats, PausedAsync) { Accepts = 0.999 },
        new("nats-cut-off", "every connection to NATS torn down, and new ones refused", Target.Nats, run => run.ForAWhileAsync(Ways(run), CutOff, Restore))
        {
            Accepts = 0.999,
        },
        new("nats-swallowed", "every connection to NATS silent", Target.Nats, run => run.ForAWhileAsync(
            Ways(run), network => network.BlackHole(), network => network.Resume()))
        {
            Accepts = 0.999,
        },
        new("nats-slow", "every write to and from NATS 20 ms late", Target.Nats, run => run.ForAWhileAsync(
            Ways(run), network => network.Delay = TimeSpan.FromMilliseconds(20), network => network.Delay = TimeSpan.Zero))
        {
            Accepts = 0.999,
        },
        new("nats-half-open", "NATS drops every connection, and nobody is told", Target.Nats, run => run.ForAWhileAsync(
            Ways(run), network => network.HalfOpen(), network => network.Cut()))
        {
            Accepts = 0.999,
        },
        new("nats-flapping", "every connection to NATS reset, again and again", Target.Nats, FlappingAsync) { Accepts = 0.999 },
        new("consumers-cut-off", "NATS away for the consumers alone", Target.Nats | Target.Consumers, run => run.ForAWhileAsync(
            run.World.Consumers.SelectMany(one => one.Nats), CutOff, Restore, 5, 7))
        {
            Accepts = 0.999,
        },
        new("producers-cut-off", "NATS away for the producers alone", Target.Nats | Target.Producers, run => run.ForAWhileAsync(
            run.World.Producers.SelectMany(one => one.Nats), CutOff, Restore))
        {
            Accepts = 0.999,
        },
        new("stream-full", "consumers away until the stream is full", Target.Nats | Target.Consumers, FullAsync)
        {
            World = SmallStream,
            InStorm = false,
        },
        new("nats-data-lost", "SIGKILL of the only nats-server, and its data directory lost", Target.Nats, DataLostAsync)
        {
            LosesAccepted = true,
            InStorm = false,
        },
        new("both-down", "NATS and Postgres away at once", Target.Nats | Target.Postgres, BothDownAsync),
    ];

    public static void CutOff(TcpProxy network)
    {
        network.Refusing = true;
        network.Reset();
    }

    public static void Restore(TcpProxy network) => network.Refusing = false;

    private static IEnumerable<TcpProxy> Ways(Run run) => run.World.Instances.SelectMany(instance => instance.Nats);

    public static async Task KilledAsync(Run run)
    {
        await run.World.Nats.Servers[0].KillAsync();
        await run.WaitAsync(3, 5);
        await run.World.Nats.Servers[0].RestartAsync();
    }

    private static async Task PausedAsync(Run run)
    {
        await run.World.Nats.Servers[0].PauseAsync();
        await run.WaitAsync(6, 9);
        run.World.Nats.Servers[0].Resume();
    }

    private static async Task FlappingAsync(Run run)
    {
        for (var i = 0; i < 15; i++)
        {
            foreach (var way in Ways(run))
                way.Reset();
            await run.WaitAsync(0.05, 0.4);
        }
    }

    private static async Task FullAsync(Run run)
    {
        await Task.WhenAll(run.World.Consumers.Select(consumer => consumer.PauseAsync()));
        for (var late = DateTime.UtcNow.AddSeconds(60); DateTime.UtcNow < late && run.Ledger.Records.Values.Sum(Refused) < 50;)
            await Task.Delay(100);
        foreach (var consumer in run.World.Consumers)
            consumer.Resume();

        static int Refused(List<Attempt> attempts)
        {
            lock (attempts)
                return attempts.Count(attempt => attempt.Told == Told.NotKept);
        }
    }

    private static async Task DataLostAsync(Run run)
    {
        var server = run.World.Nats.Servers[0];
        await server.KillAsync();
        Directory.Delete(Path.Combine(server.DataDirectory, "store"), recursive: true);
        await server.RestartAsync();
    }

    private static async Task BothDownAsync(Run run)
    {
        await Task.WhenAll(run.World.Nats.Servers[0].KillAsync(), run.World.Postgres.KillAsync());
        await run.WaitAsync(3, 4);
        await run.World.Postgres.RestartAsync();
        await run.World.Nats.Servers[0].RestartAsync();
    }
}
