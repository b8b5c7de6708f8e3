using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.Streams.Setup;

namespace RideIngest.Integration.Consumer;

/// <summary>One consumer for all tests of a class, over a stream that takes any subject, as builds before this one created it.</summary>
public sealed class SharedRig : IAsyncLifetime
{
    internal ConsumerRig Rig { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Rig = await ConsumerRig.CreateAsync();
        await Rig.Js.CreateStreamAsync(EnsuredStream.WorkQueue(RidesStream.Name, [RidesStream.Subject(">")], "", 1 << 30, 1));
        await Rig.RunAsync();
        await Rig.ReachedAsync();
    }

    public async Task DisposeAsync() => await Rig.DisposeAsync();
}
