using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Platform.Access;
using RideIngest.Platform.Telemetry;

namespace RideIngest.Platform.Hosting;

/// <summary><c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c>, the same in every process.</summary>
internal static class OperatorEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods("/healthz", Reading, Task (HttpContext context) => Write(context, 200, new { Status = "alive" })).Public().WithMetadata(AnyHost.Mark).Untraced();
        endpoints.MapMethods("/readyz", Reading, async (HttpContext context, Readiness readiness) =>
        {
            var report = await readiness.ReportAsync(context.RequestAborted);
            await Write(context, report.IsReady ? 200 : 503, new { report.Status, Missing = report.Missing.Count > 0 ? report.Missing : null });
        }).Public().WithMetadata(AnyHost.Mark).Untraced();
        Metrics.Map(endpoints).WithMetadata(new HttpMethodMetadata(Reading)).Public().WithMetadata(AnyHost.Mark).Untraced();
    }

    private static Task Write<T>(HttpContext context, int status, T body)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }
}
