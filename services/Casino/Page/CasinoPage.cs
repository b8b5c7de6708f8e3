using System.Reflection;
using RideIngest.Hosting.Endpoints;

namespace RideIngest.Casino.Page;

/// <summary>
/// Serves the live page at <c>/casino</c> as three static files without access control. The page gets its data from
/// <see cref="LiveEndpoint"/>, with a key if one is required.
/// </summary>
internal static class CasinoPage
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        File("/casino", "casino.html", "text/html");
        File("/casino/casino.css", "casino.css", "text/css");
        File("/casino/casino.js", "casino.js", "text/javascript");

        void File(string path, string name, string type)
        {
            var text = Resource(name);
            endpoints.MapMethods(path, ReadMethods.All, (HttpContext http) =>
            {
                http.Response.Headers.CacheControl = "no-cache";
                return Results.Text(text, $"{type}; charset=utf-8");
            }).Page();
        }
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"RideIngest.Casino.Page.{name}")!);
        return reader.ReadToEnd();
    }
}
