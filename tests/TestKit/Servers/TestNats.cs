using System.Collections.Concurrent;
using RideIngest.LocalServers.Nats;

namespace RideIngest.TestKit.Servers;

/// <summary>
/// nats-servers for tests. A shared one is started when it is first asked for and ends with the test process, however that
/// ends; a test that breaks its server takes one of its own.
/// </summary>
public static class TestNats
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<NatsServer>>> Shared = new();

    /// <param name="version">One of <see cref="NatsVersions"/>; null for the one that Standalone would use.</param>
    public static Task<NatsServer> SharedAsync(string? version = null) =>
        Shared.GetOrAdd(version ?? "", _ => new Lazy<Task<NatsServer>>(() => PrivateAsync(version))).Value;

    /// <summary>For this test alone, which disposes of it.</summary>
    public static async Task<NatsServer> PrivateAsync(
        string? version = null, NatsServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new NatsServerOptions();
        var binary = version is null ? options.Binary : NatsVersions.Binary(version);
        return await NatsServer.StartAsync(options with { Binary = binary }, cancellationToken);
    }

    /// <summary>Servers that form one JetStream cluster, for this test alone, which disposes of it.</summary>
    public static Task<NatsCluster> ClusterAsync(string? version = null, int size = 3, CancellationToken cancellationToken = default) =>
        NatsCluster.StartAsync(size, new NatsServerOptions
        {
            Binary = version is null ? null : NatsVersions.Binary(version),
        }, cancellationToken);
}
