using RideIngest.Faults.Scenarios;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Tests;

/// <summary>One world for tests that go one after the other: each breaks it and leaves it whole.</summary>
public sealed class FaultsWorld : IAsyncLifetime
{
    internal World World { get; private set; } = null!;

    internal Runner Runner { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        World = await World.StartAsync(WorldOptions.Usual);
        Runner = new Runner(World);
    }

    public Task DisposeAsync() => World.DisposeAsync().AsTask();
}

[CollectionDefinition(Name)]
public sealed class SharedFaultsWorld : ICollectionFixture<FaultsWorld>
{
    public const string Name = "faults";
}
