using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Hosting.Endpoints;

namespace RideIngest.Pages.Shell;

/// <summary>Serves scripts, styles and images that are embedded beside a type. They contain no data and require no key.</summary>
public static class AssetFiles
{
    /// <param name="folder">The path below which they are served.</param>
    public static void MapAssets(
        this IEndpointRouteBuilder endpoints, string folder, Type beside, params IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            var content = Read(beside, name);
            endpoints.MapMethods($"{folder}/{name}", ReadMethods.All, (HttpContext http) =>
            {
                // The page may change with the next build.
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Bytes(content, ContentType(name));
            }).Page();
        }
    }

    private static byte[] Read(Type beside, string name)
    {
        using var stream = beside.Assembly.GetManifestResourceStream(beside, name)!;
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
