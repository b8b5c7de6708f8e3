using Microsoft.AspNetCore.Builder;
using RideIngest.Hosting.Access;

namespace RideIngest.Hosting.Endpoints;

/// <summary>Configures endpoints of browser pages. Pages contain no data and require no key; the endpoints that they fetch may.</summary>
public static class PageEndpoints
{
    /// <summary>The default Content-Security-Policy: own files only, nothing inline.</summary>
    public const string OwnFiles =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors "
            + "'none'; base-uri 'none'";

    /// <summary>Makes an endpoint public and adds a Content-Security-Policy to its answers.</summary>
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
