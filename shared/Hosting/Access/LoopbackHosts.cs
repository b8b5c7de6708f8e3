using System.Net;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>
/// Where everybody on this machine may do everything, a web page from elsewhere must not do it by a name of its own that leads here
/// (DNS rebinding): only this machine's own names are accepted in <c>Host</c>, but for what operators ask.
/// </summary>
internal sealed class LoopbackHosts(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Value;
        if (IsLoopback(host) || context.GetEndpoint()?.Metadata.GetMetadata<AnyHost>() is not null)
            return next(context);
        return new Problem(421, "misdirected", "This host is not served here",
            $"auth.mode is none, so only names of this machine are accepted, such as localhost and 127.0.0.1, not '{Shown(host)}'. "
            + "To serve other names, set auth.mode to keys, or auth.open to true.").ExecuteAsync(context);
    }

    internal static bool IsLoopback(ReadOnlySpan<char> host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']') + 1 : host.IndexOf(':');
        if (end >= 0)
            host = host[..end];
        const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;
        return host is "127.0.0.1" || host.Equals("localhost", AnyCase) || host.EndsWith(".localhost", AnyCase)
            || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    private static string Shown(string? host) => host is null ? "" : host.Length <= 100 ? host : $"{host.AsSpan(0, 100)}…";
}

/// <summary>An endpoint's mark: it may be asked under any host name.</summary>
internal sealed class AnyHost
{
    public static readonly AnyHost Mark = new();
}
