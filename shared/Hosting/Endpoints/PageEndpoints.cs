using Microsoft.AspNetCore.Builder;
using RideIngest.Hosting.Access;

namespace RideIngest.Hosting.Endpoints;

/// <summary>Endpoints that a browser shows. A page holds nothing secret, so it asks for no key; what it fetches may.</summary>
public static class PageEndpoints
{
    /// <summary>A page's policy when it states none of its own: its files come from here, and nothing is inline.</summary>
    public const string OwnFiles =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors "
            + "'none'; base-uri 'none'";

    /// <summary>Makes an endpoint public and gives its answers a Content-Security-Policy.</summary>
    public static TBuilder Page<TBuilder>(this TBuilder endpoint, string policy = OwnFiles) where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder =>
        {
            var answer = builder.RequestDelegate!;
            builder.RequestDelegate = context =>
            {
                context.Response.Headers.ContentSecurityPolicy = policy;
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return answer(context);
            };
        });
        return endpoint.Public();
    }
}
