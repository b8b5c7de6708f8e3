using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Scalar.AspNetCore;

namespace RideIngest.Hosting.OpenApi;

/// <summary>
/// Serves <c>/docs</c>: Scalar, from its NuGet package, for <see cref="ApiDocument"/>. The page loads nothing from other hosts and sends
/// nothing there.
/// </summary>
internal static class DocumentPage
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapScalarApiReference("/docs", (page, http) =>
    {
        page.Title = "RideIngest";
        page.OpenApiRoutePattern = ApiDocument.Path;
        page.Nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        page.DefaultFonts = false;
        page.Telemetry = false;
        page.DefaultOpenAllTags = true;
        page.HideClientButton = true;
        page.ShowOperationId = true;
        page.ShowDeveloperTools = DeveloperToolsVisibility.Never;
        page.Agent = new() { Disabled = true };
        page.Mcp = new() { Disabled = true };
        page.DefaultHttpClient = new(ScalarTarget.Shell, ScalarClient.Curl);
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'self' 'nonce-{page.Nonce}'; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
            + "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
    });
}
