using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Hosting.Endpoints;

namespace RideIngest.Pages.Shell;

/// <summary>Serves scripts, styles and images that are embedded in an assembly, in a folder <c>Assets</c>.</summary>
public static class AssetFile
{
    /// <param name="folder">The path below which they are served.</param>
    public static void Map(IEndpointRouteBuilder endpoints, Assembly assembly, string folder, params IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var content = Read(assembly, name);
            endpoints.MapMethods($"{folder}/{name}", ReadMethods.All, (HttpContext http) =>
            {
                // The page may change with the next build.
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(content, ContentType(name));
            }).Page();
        }
    }

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream($"{assembly.GetName().Name}.Assets.{name}")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new ArgumentException($"{name}: {other} has no content type.", nameof(name)),
    };
}
