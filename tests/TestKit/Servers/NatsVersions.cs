using RideIngest.LocalServers;

namespace RideIngest.TestKit;

/// <summary>The versions of nats-server that can be had on this machine, for theories: <c>[MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]</c>.</summary>
public static class NatsVersions
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Binaries = new(() => Task.Run(() => NatsServerVersions.FindAsync()).GetAwaiter().GetResult());

    public static IEnumerable<object[]> All => Binaries.Value.Keys.Select(version => new object[] { version });

    public static string Binary(string version) => Binaries.Value[version];
}
