using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Endpoints whose requests are not traced, since programs send them again and again: probes, scrapes, live pages.</summary>
public static class UntracedEndpoints
{
    private static readonly object Mark = new();

    public static TBuilder Untraced<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(Mark);

    /// <summary>Whether a request is traced. The question comes before routing, so the path decides.</summary>
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
