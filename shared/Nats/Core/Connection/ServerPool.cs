namespace NATS.Client.Core;

/// <summary>The servers to try: those configured, then those that the servers told of.</summary>
internal sealed class ServerPool
{
    private readonly Lock _gate = new();
    private readonly List<ServerAddress> _seeds;
    private List<ServerAddress> _discovered = [];
    private ServerAddress? _last;
    private ServerAddress? _lastSeed;

    public ServerPool(NatsOpts opts)
    {
        _seeds = [.. opts.Url.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ServerAddress.Parse).Distinct()];
        if (_seeds.Count == 0)
            throw new NatsException("NatsOpts.Url names no server; it looks like nats://host:4222");
        FirstUserInfo = _seeds[0].UserInfo;
        if (!opts.NoRandomize)
            System.Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_seeds));
    }

    public string FirstUserInfo { get; }

    /// <summary>All of them, once each, the one used last at the end.</summary>
    public ServerAddress[] NextRound()
    {
        lock (_gate)
        {
            var all = _seeds.Concat(_discovered).Distinct().ToList();
            var at = _last is null ? -1 : all.IndexOf(_last);
            return [.. all.Skip(at + 1), .. all.Take(at + 1)];
        }
    }

    public void Use(ServerAddress address)
    {
        lock (_gate)
        {
            _last = address;
            if (_seeds.Contains(address))
                _lastSeed = address;
        }
    }

    /// <summary>
    /// The host that the server's certificate is to name. Servers tell of each other by IP address, which certificates seldom name: then
    /// the one that the last configured server was reached by.
    /// </summary>
    public string TlsHostOf(ServerAddress address)
    {
        lock (_gate)
        {
            return _lastSeed is { IsNamed: true } named && !address.IsNamed && !_seeds.Contains(address) ? named.Host : address.Host;
        }
    }

    /// <summary>The latest INFO holds the whole cluster; what it no longer names is gone.</summary>
    public void Discover(string[]? connectUrls, bool tls, bool randomize)
    {
        if (connectUrls is not { Length: > 0 })
            return;
        var scheme = tls ? "tls://" : "nats://";
        var addresses = new List<ServerAddress>(connectUrls.Length);
        foreach (var url in connectUrls)
        {
            if (Uri.TryCreate(scheme + url, UriKind.Absolute, out var uri) && uri.Host.Length > 0)
                addresses.Add(ServerAddress.Parse(scheme + url));
        }

        if (randomize)
            System.Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(addresses));
        lock (_gate)
            _discovered = addresses;
    }
}
