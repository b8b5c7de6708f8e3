using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Containers;

namespace RideIngest.TestKit.Servers;

/// <summary>
/// The versions of nats-server that can be had on this machine, for theories: <c>[MemberData(nameof(NatsVersions.All), MemberType =
/// typeof(NatsVersions))]</c>.
/// </summary>
public static class NatsVersions
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Binaries = new(
        () => Task.Run(() => NatsServerVersions.FindAsync()).GetAwaiter().GetResult());

    /// <summary>Where private servers run in containers, the one version of the image.</summary>
    public static IEnumerable<object[]> All => Versions.Select(version => new object[] { version });

    public static string Newest => Versions.MaxBy(Version.Parse)!;

    /// <summary>Null for the version of the image.</summary>
    public static string? Binary(string version) => ServerContainers.AreChosen ? null : Binaries.Value[version];

    private static IEnumerable<string> Versions => ServerContainers.AreChosen ? [ServerContainers.NatsVersion] : Binaries.Value.Keys;
}
