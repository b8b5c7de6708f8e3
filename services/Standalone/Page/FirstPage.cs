using System.Net.Mime;
using System.Reflection;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Standalone.Page;

/// <summary>
/// Serves the page at <c>/</c>. It is rendered with the current state, and a script updates it from <see cref="LiveStream"/>.
/// </summary>
internal static class FirstPage
{
    private const string FirstKind = "bookings";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/", ReadMethods.All, PageAsync).Page();
        endpoints.MapGet("/overview/stream", (HttpContext context, LiveStream stream) => stream.GetAsync(context))
            .Public().LimitedAsLivePage().Untraced();
        Asset(endpoints, "overview.css", "text/css; charset=utf-8");
        Asset(endpoints, "overview.svg", "image/svg+xml");
        Asset(endpoints, "overview.js", "text/javascript; charset=utf-8");
        Asset(endpoints, "chart.js", "text/javascript; charset=utf-8");
        endpoints.MapGet("/favicon.ico", () => Results.Redirect("/overview.svg")).Public();
    }

    private static async Task<IResult> PageAsync(Overview overview, Catalog catalog, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var page = OverviewHtml.Page(await overview.ReportAsync(context.RequestAborted), FirstRecord(catalog, context.Request));
        return Results.Text(page, $"{MediaTypeNames.Text.Html}; charset=utf-8");
    }

    private static string FirstRecord(Catalog catalog, HttpRequest request)
    {
        if (!catalog.Find(FirstKind, out var kind))
            return "";
        return $"curl -H 'Content-Type: application/json' -d '{kind.Json(kind.Sample)}' {request.Scheme}://{request.Host}/v1/{kind.Name}";
    }

    private static void Asset(IEndpointRouteBuilder endpoints, string name, string contentType)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"RideIngest.Standalone.Page.{name}")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var content = bytes.ToArray();
        endpoints.MapGet($"/{name}", (HttpContext context) =>
        {
            // The page may change with the next build.
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(content, contentType);
        }).Page();
    }
}
