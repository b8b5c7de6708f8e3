using System.Net;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>
/// Accepts only this machine's own names in <c>Host</c> while no key is required, except for operators' endpoints. Prevents DNS rebinding,
/// where a foreign web page reaches this process under a name of its own.
/// </summary>
internal sealed class LoopbackHosts(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host.Value;
        if (IsLoopback(host) || context.GetEndpoint()?.Metadata.GetMetadata<AnyHost>() is not null)
            return next(context);
        return new Problem(421, "misdirected", "This host name is not allowed",
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

/// <summary>Marks an endpoint that accepts any host name.</summary>
internal sealed class AnyHost
{
    public static readonly AnyHost Mark = new();
}
