using RideIngest.Integration.Systems;

namespace RideIngest.Integration.BadInput;

/// <summary>One system for all tests of a class.</summary>
public sealed class SharedSystem : IAsyncLifetime
{
    internal RideSystem System { get; private set; } = null!;

    internal int Port => System.Client.BaseAddress!.Port;

    public async Task InitializeAsync() => System = await RideSystem.StartAsync();

    public async Task DisposeAsync() => await System.DisposeAsync();
}
