using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Excludes endpoints that programs poll from tracing: probes, scrapes, live pages.</summary>
public static class UntracedEndpoints
{
    private static readonly object Mark = new();

    public static TBuilder Untraced<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Mark);

    /// <summary>A filter for traced requests. It runs before routing, so it decides by path.</summary>
    internal static Func<HttpContext, bool> Filter(EndpointDataSource endpoints)
    {
        var paths = new Lazy<HashSet<string>>(() => Paths(endpoints));
        return context => !paths.Value.Contains(context.Request.Path.Value ?? "");
    }

    private static HashSet<string> Paths(EndpointDataSource endpoints) => endpoints.Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.Contains(Mark))
        .Select(endpoint => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}")
        .ToHashSet(StringComparer.OrdinalIgnoreCase);
}
