using RideIngest.LocalServers;
using RideIngest.TestKit;

namespace RideIngest.Integration.Nats;

/// <summary>The servers of the conformance suite. A version is one of <see cref="Versions"/>; empty is the newest of them.</summary>
public static class NatsServers
{
    // Nothing here outlives a power cut, and the kills of these tests leave the page cache alone.
    private static readonly NatsServerOptions Quick = new() { SyncAlways = false };

    public static TheoryData<string> Versions => new(NatsVersions.All.Select(each => (string)each[0]));

    public static Task<NatsServer> SharedAsync(string version = "") => TestNats.SharedAsync(Known(version));

    /// <summary>For one test, which disposes of it.</summary>
    public static Task<NatsServer> OwnAsync(string config = "", string version = "", string? name = null)
        => TestNats.PrivateAsync(Known(version), Quick with { Config = config, Name = name });

    private static string Known(string version) => version is "" ? (string)NatsVersions.All.Last()[0] : version;
}
