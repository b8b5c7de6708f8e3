using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RideIngest.Standalone.Page;

/// <summary>Renders the parts of the page that its updates replace. All dynamic values are escaped by <see cref="E"/>.</summary>
internal static class OverviewHtml
{
    public static string State(OverviewReport report) =>
        $"""<p class="state {E(report.Status)}"><span class="dot" aria-hidden="true"></span>{E(Sentence(report.Status))}</p>""";

    public static string Status(OverviewReport report)
    {
        var html = new StringBuilder();
        html.Append(
            """
            <section aria-labelledby="servers"><h2 id="servers">Servers</h2><div class="cards">

            """);
        foreach (var server in report.Servers)
            Card(html, server);
        html.Append(CultureInfo.InvariantCulture,
            $"""
            </div></section>
            <section aria-labelledby="process"><h2 id="process">This process</h2><dl class="card">
            {Row("Modules", string.Join(", ", report.Identity.Modules))}
            {Row("Version", report.Identity.Version)}
            {Row("Up", Span(report.Up))}
            {Row("Memory", string.Create(CultureInfo.InvariantCulture, $"{report.Memory / 10_000_000 * 10} MB"))}
            {Row("Instance", report.Identity.Instance)}
            {Row("Runtime", report.Runtime)}
            {Row("System", report.System)}
            </dl></section>
            """);
        return html.ToString();
    }

    private static void Card(StringBuilder html, ServerLine server)
    {
        var (style, badge) = server.Problem is null ? ("up", "up") : ("down", "missing");
        html.Append(CultureInfo.InvariantCulture,
            $"""
            <article class="card {style}">
            <h3>{E(server.Name)} <small>{E(server.Version ?? "")}</small><span class="badge">{badge}</span></h3>

            """);
        if (server.Problem is { } problem)
            html.Append(CultureInfo.InvariantCulture, $"<p>{E(problem)}</p>\n");
        html.Append("<dl>").Append(Row("Address", server.Address));
        if (server.Up is { } up)
            html.Append(Row("Up", Span(up)));
        html.Append(Row("Data", server.Data ?? "external: set in the configuration")).Append("</dl></article>\n");
    }

    private static string Row(string name, string value) => $"<div><dt>{E(name)}</dt><dd>{E(value)}</dd></div>";

    private static string Sentence(string status) => status switch
    {
        "ready" => "Ready",
        "draining" => "Shutting down: finishing requests in flight",
        _ => "A dependency is missing",
    };

    private static string Span(TimeSpan time) =>
        time.TotalDays >= 1 ? $"{time.Days} d {time.Hours} h"
        : time.TotalHours >= 1 ? $"{time.Hours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min"
        : "less than a minute";

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
