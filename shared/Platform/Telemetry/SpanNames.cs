using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RideIngest.Platform.Telemetry;

/// <summary>Names each request's span for its route, <c>POST /v1/{kind}</c>, which ASP.NET Core leaves to others.</summary>
internal static class SpanNames
{
    public static void Use(IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (Activity.Current is { IsAllDataRequested: true } span && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        return next(context);
    });
}
