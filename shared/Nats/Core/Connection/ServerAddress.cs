namespace NATS.Client.Core;

/// <summary>Where a server is. Credentials that stood in its URL are kept apart, and never printed.</summary>
internal sealed record ServerAddress
{
    private const int DefaultPort = 4222;

    private ServerAddress(Uri uri)
    {
        Uri = new UriBuilder(uri.Scheme, uri.Host, uri.Port < 0 ? DefaultPort : uri.Port).Uri;
        UserInfo = uri.UserInfo;
    }

    /// <summary>Scheme, host and port; nothing else.</summary>
    public Uri Uri { get; }

    public string UserInfo { get; }

    public string Host => Uri.IdnHost;

    public int Port => Uri.Port;

    public bool IsTls => Uri.Scheme == "tls";

    /// <summary>False for an IP address.</summary>
    public bool IsNamed => Uri.CheckHostName(Host) == UriHostNameType.Dns;

    public static ServerAddress Parse(string url)
    {
        url = url.Trim();
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : "nats://" + url, UriKind.Absolute, out var uri)
            || uri.Host.Length == 0)
            throw new NatsException("A NATS URL is not valid; it looks like nats://host:4222");
        return uri.Scheme switch
        {
            "nats" or "tls" => new ServerAddress(uri),
            "ws" or "wss" => throw new NatsException(
                "WebSocket URLs are not supported by this client; build with -p:NatsNet=package to use the NATS.Net package, which knows them"),
            _ => throw new NatsException($"The scheme '{uri.Scheme}' of a NATS URL is not known; use nats:// or tls://"),
        };
    }

    public override string ToString() => $"{Host}:{Port}";

    public bool Equals(ServerAddress? other) => other is not null && Host == other.Host && Port == other.Port;

    public override int GetHashCode() => HashCode.Combine(Host, Port);
}
