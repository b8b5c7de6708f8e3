using System.Net.Mime;
using System.Reflection;

namespace RideIngest.Standalone;

/// <summary>The page at <c>/</c>: rendered here, refreshed by a script that asks for the changing part again.</summary>
internal static class FirstPage
{
    private static readonly string Style = Resource("overview.css");
    private static readonly string Script = Resource("overview.js");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (Overview overview, HttpContext context) => Html(overview, context, OverviewHtml.Page));
        endpoints.MapGet("/overview", (Overview overview, HttpContext context) => Html(overview, context, OverviewHtml.Status));
        endpoints.MapGet("/overview.css", () => Results.Text(Style, "text/css; charset=utf-8"));
        endpoints.MapGet("/overview.js", () => Results.Text(Script, "text/javascript; charset=utf-8"));
        endpoints.MapGet("/favicon.ico", () => Results.NoContent());
    }

    private static async Task<IResult> Html(Overview overview, HttpContext context, Func<OverviewReport, string> render)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'";
        return Results.Text(render(await overview.ReportAsync(context.RequestAborted)), $"{MediaTypeNames.Text.Html}; charset=utf-8");
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"RideIngest.Standalone.Page.{name}")!);
        return reader.ReadToEnd();
    }
}
