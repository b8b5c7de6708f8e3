using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Casino;

/// <summary>A casino in a process of its own, for all tests of a class. Its standard output is its events.</summary>
public sealed class SpawnedCasino : IAsyncLifetime
{
    internal CasinoSystem System { get; private set; } = null!;

    internal StartedProcess Process { get; private set; } = null!;

    internal HttpClient Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        System = await CasinoSystem.CreateAsync();
        Process = await System.SpawnAsync(CasinoSystem.AllButGenerator);
        Client = await CasinoSystem.ReadyAsync(Process);
    }

    public async Task DisposeAsync() => await System.DisposeAsync();
}
