using RideIngest.Faults.Scenarios;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Tests;

/// <summary>The casino's roles killed; what else befalls it is a command of its own (docs/reliability.md).</summary>
public sealed class CasinoShortFormTests : IAsyncLifetime
{
    private const int Seed = 7;

    private World _world = null!;

    public async Task InitializeAsync()
    {
        _world = await World.StartAsync(WorldOptions.OfCasino);
        await Redelivery.SoonAsync(_world.Nats.Url, CasinoProcesses.Stream, CasinoProcesses.Consumers);
    }

    public Task DisposeAsync() => _world.DisposeAsync().AsTask();

    [Fact]
    public async Task Nothing_is_lost_or_counted_twice_when_each_role_is_killed()
    {
        var verdict = await new Runner(_world).RunAsync(Book.Named("casino-role-killed"), Seed, before: TimeSpan.FromSeconds(0.5));
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.Records > 0);
    }
}
