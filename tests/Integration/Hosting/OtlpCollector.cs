using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Hosting;

internal sealed record OtlpSpan(string Trace, string Id, string Parent, string Name, ulong Kind, Dictionary<string, string> Attributes)
{
    public const ulong Server = 2;
}

internal sealed record OtlpLog(string Message, string Trace, string Span, string Severity, string Category);

/// <summary>Takes traces, metrics and logs by OTLP over HTTP, and keeps them.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Signal, OtlpMessage Message, string? Key)> _requests = new();
    private RideIngestHost? _host;

    /// <summary>With which a process finds it.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _host!.Urls[0],
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=secret",
    };

    public int Port => new Uri(_host!.Urls[0]).Port;

    public IReadOnlyList<OtlpSpan> Spans =>
    [
        .. from scope in Scopes("traces")
           from span in scope.All(2)
           select new OtlpSpan(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(6), span.Attributes(9)),
    ];

    public IReadOnlyList<OtlpLog> Logs =>
    [
        .. from scope in Scopes("logs")
           let category = scope.All(1).SingleOrDefault()?.Text(1) ?? ""
           from log in scope.All(2)
           select new OtlpLog(log.All(5).Single().Text(1), log.Hex(9), log.Hex(10), log.Text(3), category),
    ];

    public IReadOnlyList<string> Metrics => [.. Scopes("metrics").SelectMany(scope => scope.All(2)).Select(metric => metric.Text(1))];

    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        collector._host = await new TestModule(
            endpoints: routes => routes.MapPost("/v1/{signal}", collector.TakeAsync).Public()).StartAsync();
        return collector;
    }

    /// <summary>The resource and the key of each sender of a signal: <c>traces</c>, <c>metrics</c> or <c>logs</c>.</summary>
    public IEnumerable<(Dictionary<string, string> Resource, string? Key)> Senders(string signal) =>
        from request in Of(signal)
        from sent in request.Message.All(1)
        select (sent.All(1).Single().Attributes(1), request.Key);

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        await _host.DisposeAsync();
    }

    private async Task TakeAsync(string signal, HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        _requests.Enqueue((signal, new OtlpMessage(body.ToArray()), request.Headers["x-collector-key"]));
    }

    private IEnumerable<(string Signal, OtlpMessage Message, string? Key)> Of(string signal) =>
        _requests.Where(request => request.Signal == signal);

    private IEnumerable<OtlpMessage> Scopes(string signal) =>
        Of(signal).SelectMany(request => request.Message.All(1)).SelectMany(sent => sent.All(2));
}
