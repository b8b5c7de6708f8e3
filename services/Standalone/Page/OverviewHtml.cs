using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RideIngest.Standalone;

/// <summary>The page's HTML. Whatever comes from elsewhere passes through <see cref="E"/>.</summary>
internal static class OverviewHtml
{
    public static string Page(OverviewReport report) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>RideIngest</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href="/overview.css">
          <script src="/overview.js" defer></script>
        </head>
        <body>
          <header>
            <h1>RideIngest</h1>
            <p>Takes records over HTTP and tells the sender, truthfully, what became of each one.</p>
          </header>
          <p id="away" role="status" hidden>No answer from this process. Trying again …</p>
          <main id="status">
        {Status(report)}
          </main>
          <nav aria-label="For operators">
            <a href="/healthz"><b>/healthz</b> is it alive</a>
            <a href="/readyz"><b>/readyz</b> what is missing</a>
            <a href="/metrics"><b>/metrics</b> for Prometheus</a>
          </nav>
        </body>
        </html>
        """;

    public static string Status(OverviewReport report)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture,
            $"""
            <p class="state {E(report.Status)}"><span class="dot" aria-hidden="true"></span>{E(Sentence(report.Status))}</p>
            <section aria-labelledby="servers"><h2 id="servers">Servers</h2><div class="cards">

            """);
        foreach (var server in report.Servers) Card(html, server);
        html.Append(CultureInfo.InvariantCulture,
            $"""
            </div></section>
            <section aria-labelledby="process"><h2 id="process">This process</h2><dl class="card">
            {Row("Modules", string.Join(", ", report.Identity.Modules))}
            {Row("Version", report.Identity.Version)}
            {Row("Up", Span(report.Up))}
            {Row("Memory", string.Create(CultureInfo.InvariantCulture, $"{report.Memory >> 20} MB"))}
            {Row("Instance", report.Identity.Instance)}
            {Row("Runtime", report.Runtime)}
            {Row("System", report.System)}
            </dl></section>
            """);
        return html.ToString();
    }

    private static void Card(StringBuilder html, ServerLine server)
    {
        html.Append(CultureInfo.InvariantCulture,
            $"""
            <article class="card {(server.Problem is null ? "up" : "down")}">
            <h3>{E(server.Name)} <small>{E(server.Version ?? "")}</small><span class="badge">{(server.Problem is null ? "up" : "missing")}</span></h3>

            """);
        if (server.Problem is { } problem) html.Append(CultureInfo.InvariantCulture, $"<p>{E(problem)}</p>\n");
        html.Append(CultureInfo.InvariantCulture, $"<dl>{Row("Address", server.Address)}{(server.Up is { } up ? Row("Up", Span(up)) : "")}{Row("Data", server.Data ?? "not ours: named in the configuration")}</dl></article>\n");
    }

    private static string Row(string name, string value) => $"<div><dt>{E(name)}</dt><dd>{E(value)}</dd></div>";

    private static string Sentence(string status) => status switch
    {
        "ready" => "Everything is there",
        "draining" => "Stopping: finishing what is in flight",
        _ => "Something is missing",
    };

    private static string Span(TimeSpan time) =>
        time.TotalDays >= 1 ? $"{time.Days} d {time.Hours} h"
        : time.TotalHours >= 1 ? $"{time.Hours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s"
        : $"{time.Seconds} s";

    private static string E(string text) => HtmlEncoder.Default.Encode(text);
}
