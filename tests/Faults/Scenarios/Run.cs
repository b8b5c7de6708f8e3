using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Network;

namespace RideIngest.Faults.Scenarios;

/// <summary>What a fault has to work with.</summary>
internal sealed class Run(World world, Ledger ledger, Random random)
{
    private static readonly TimeSpan TripsWithin = TimeSpan.FromSeconds(20);

    public World World => world;

    public Ledger Ledger => ledger;

    public Random Random => random;

    public Instance AnyProducer => world.Producers[random.Next(world.Producers.Count)];

    public Instance AnyConsumer => world.Consumers[random.Next(world.Consumers.Count)];

    public int AnyNode => random.Next(world.Nats.Servers.Count);

    /// <summary>For a fault that happens beside others: what befalls it depends on the seed alone.</summary>
    public Run Apart() => new(world, ledger, new Random(random.Next()));

    /// <summary>A moment between the two, in seconds.</summary>
    public Task WaitAsync(double least, double most) => Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))));

    /// <summary>Does this to all of them, lets some seconds pass, and undoes it.</summary>
    public async Task ForAWhileAsync(
        IEnumerable<TcpProxy> networks, Action<TcpProxy> apply, Action<TcpProxy> restore, double least = 3, double most = 5)
    {
        var all = networks.ToList();
        all.ForEach(apply);
        await WaitAsync(least, most);
        all.ForEach(restore);
    }

    /// <summary>
    /// Cuts the first connection of these that says the text, just before it, and perhaps kills the process at that instant.
    /// </summary>
    public static async Task AtAsync(Instance instance, IEnumerable<TcpProxy> networks, Way way, string text, bool kill, int passing = 0)
    {
        await TripAsync(new Tripwire(way, text, passing, kill ? instance.KillNow : null), networks);
        if (!kill)
            return;
        await instance.KillAsync();
        await instance.StartAsync();
    }

    /// <summary>
    /// Stops the process at the instant a connection of these says the text, and lets it go on after a while; the text arrives only then.
    /// All connections stay whole: to the others the process has merely fallen silent just there.
    /// </summary>
    public async Task PausedAtAsync(Instance instance, IEnumerable<TcpProxy> networks, Way way, string text, double least, double most)
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await TripAsync(new Tripwire(way, text, tripped: instance.PauseNow, held: goesOn.Task), networks);
            await instance.PauseAsync();
            await WaitAsync(least, most);
        }
        finally
        {
            instance.Resume();
            goesOn.SetResult();
        }
    }

    /// <summary>
    /// Asks the process to stop at the instant a connection of these says the text, which arrives a moment later, and starts it again.
    /// </summary>
    public async Task TerminatedAtAsync(Instance instance, IEnumerable<TcpProxy> networks, Way way, string text)
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ending = Task.CompletedTask;
        try
        {
            await TripAsync(new Tripwire(way, text, held: goesOn.Task), networks);
            ending = instance.TerminateAsync();
            await WaitAsync(0.2, 1);
        }
        finally
        {
            goesOn.SetResult();
        }
        await ending;
        await instance.StartAsync();
        await instance.ReadyAsync();
    }

    private static async Task TripAsync(Tripwire wire, IEnumerable<TcpProxy> networks)
    {
        var all = networks.ToList();
        all.ForEach(network => network.Tripwire = wire);
        try
        {
            await wire.Hit.WaitAsync(TripsWithin);
        }
        finally
        {
            all.ForEach(network => network.Tripwire = null);
        }
    }
}
