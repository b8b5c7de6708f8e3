using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Consumer;

/// <summary>One consumer for all tests of a class.</summary>
public sealed class SharedRig : IAsyncLifetime
{
    internal ConsumerRig Rig { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Rig = await ConsumerRig.StartAsync();
        await Rig.ReachedAsync();
    }

    public async Task DisposeAsync() => await Rig.DisposeAsync();
}
