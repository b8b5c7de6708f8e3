using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace RideIngest.Standalone.Page;

/// <summary>Renders the page's HTML. All dynamic values are escaped by <see cref="E"/>.</summary>
internal static class OverviewHtml
{
    /// <param name="firstRecord">A command that sends a first record.</param>
    public static string Page(OverviewReport report, string firstRecord) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>RideIngest</title>
          <link rel="icon" href="/overview.svg" type="image/svg+xml">
          <link rel="stylesheet" href="/overview.css">
          <script src="/overview.js" type="module"></script>
        </head>
        <body>
          <header>
            <img src="/overview.svg" alt="" width="40" height="40">
            <div>
              <div class="title"><h1>RideIngest</h1><div id="state">{State(report)}</div></div>
              <p>Stores records sent over HTTP, and answers with the outcome of each one.</p>
            </div>
            <nav aria-label="For developers and operators">
              <a href="/docs">API</a><a href="/metrics">Metrics</a><a href="/readyz">Readiness</a><a href="/healthz">Health</a>
            </nav>
          </header>
          <p id="away" role="alert" hidden></p>
          <main>
            <section class="card traffic" aria-labelledby="rate-name">
              <div class="headline">
                <div>
                  <h2 id="rate-name">Records per second</h2>
                  <p class="rate" id="rate">–</p>
                </div>
                <ul id="legend" aria-label="Records by outcome: per second, and since the start"></ul>
              </div>
              <div class="chart" id="chart">
                <div class="first" id="first" hidden>
                  <h3>Nothing has come yet</h3>
                  <p>Send the first record, and watch it arrive:</p>
                  <pre tabindex="0"><code id="command">{E(firstRecord)}</code></pre>
                  <button type="button" id="copy">Copy</button>
                </div>
              </div>
            </section>
            <dl class="figures">
              <div class="card"><dt>Stored</dt><dd id="stored">–</dd><dd id="stored-note">since the start, by this process</dd></div>
              <div class="card"><dt>Backlog</dt><dd id="backlog">–</dd><dd id="backlog-note">frames wait in the stream</dd></div>
              <div class="card"><dt>Answer, p50</dt><dd id="p50">–</dd><dd>last ten seconds</dd></div>
              <div class="card"><dt>Answer, p99</dt><dd id="p99">–</dd><dd id="p99-note">last ten seconds</dd></div>
            </dl>
            <div class="columns">
              <section aria-labelledby="failures-name">
                <h2 id="failures-name">Last failures</h2>
                <ol class="card list" id="failures"><li class="none">None.</li></ol>
              </section>
              <section aria-labelledby="instances-name">
                <h2 id="instances-name">Consumers</h2>
                <ul class="card list" id="instances"><li class="none">None yet.</li></ul>
              </section>
            </div>
            <div id="status">
        {Status(report)}
            </div>
          </main>
        </body>
        </html>
        """;

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
