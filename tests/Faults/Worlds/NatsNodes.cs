using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;

namespace RideIngest.Faults.Worlds;

/// <summary>
/// One nats-server, or several that form a cluster whose routes go through proxies, one for each direction between each two, so that the
/// cluster can be parted.
/// </summary>
internal sealed class NatsNodes : IAsyncDisposable
{
    private readonly List<NatsServer> _servers = [];

    /// <summary>By who dials and who is dialled.</summary>
    private readonly Dictionary<(int From, int To), TcpProxy> _routes = [];

    private NatsNodes()
    {
    }

    public IReadOnlyList<NatsServer> Servers => _servers;

    public string Url => string.Join(',', _servers.Select(server => server.Url));

    public static async Task<NatsNodes> StartAsync(int count, string? version)
    {
        var nodes = new NatsNodes();
        try
        {
            if (count == 1)
                nodes._servers.Add(await TestNats.PrivateAsync(version, new NatsServerOptions { MonitorPort = 0 }));
            else
                await nodes.StartClusterAsync(count);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts every route between these nodes and the others. Clients still reach all of them.</summary>
    public void Part(params int[] nodes)
    {
        foreach (var ((from, to), route) in _routes)
        {
            if (nodes.Contains(from) == nodes.Contains(to))
                continue;
            route.Refusing = true;
            route.Reset();
        }
    }

    public void Join()
    {
        foreach (var route in _routes.Values)
            route.Refusing = false;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
        foreach (var route in _routes.Values)
            await route.DisposeAsync();
    }

    private async Task StartClusterAsync(int count)
    {
        var ports = Enumerable.Range(0, count).Select(_ => FreePort.Pick()).ToArray();
        foreach (var from in Enumerable.Range(0, count))
        {
            foreach (var to in Enumerable.Range(0, count).Where(to => to != from))
                _routes[(from, to)] = new TcpProxy(TcpProxy.Host, ports[to]);
        }

        // What a node tells the others of itself leads nowhere, so that they know each other through the proxies alone; and clients hear of
        // nobody.
        var nowhere = FreePort.Pick();
        var password = PasswordFile.Random();
        var starts = Enumerable.Range(0, count).Select(node => NatsServer.StartAsync(new NatsServerOptions
        {
            Name = $"node-{node}",
            MonitorPort = 0,
            Password = password,
            Config = $$"""
                cluster {
                  name: faults, listen: "127.0.0.1:{{ports[node]}}", advertise: "127.0.0.1:{{nowhere}}", no_advertise: true,
                  routes: [{{string.Join(", ", _routes.Where(route => route.Key.From == node).Select(route => $"\"nats-route://127.0.0.1:{route.Value.Port}\""))}}]
                }
                """,
        })).ToArray();
        _servers.AddRange(await Task.WhenAll(starts));
    }
}
