using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Servers;

namespace RideIngest.Faults.Incidents;

/// <summary>One world for incidents that come one after the other.</summary>
public abstract class IncidentWorld : IAsyncLifetime
{
    private int _incidents;

    internal World World { get; private set; } = null!;

    private protected abstract WorldOptions Options { get; }

    public async Task InitializeAsync() => World = await World.StartAsync(Options);

    public Task DisposeAsync() => World.DisposeAsync().AsTask();

    /// <summary>Begins an incident with records of its own.</summary>
    internal Task<Incident> BeginAsync() => Incident.BeginAsync(World, 1 + (_incidents++ * 1_000_000L));
}

public sealed class ServerIncidentWorld : IncidentWorld
{
    private protected override WorldOptions Options => new() { Role = true };
}

public sealed class ProcessIncidentWorld : IncidentWorld
{
    // nats-server 2.9 does not send its time.
    private protected override WorldOptions Options => new() { Clocks = true, NatsVersion = NatsVersions.Newest };
}

public sealed class LetterIncidentWorld : IncidentWorld
{
    private protected override WorldOptions Options => new() { Producers = 1, Consumers = 1 };
}

public sealed class CasinoIncidentWorld : IncidentWorld
{
    // Without producers and consumers, alerts would say that they are away.
    private protected override WorldOptions Options => WorldOptions.OfCasino with { Producers = 1, Consumers = 1 };
}
