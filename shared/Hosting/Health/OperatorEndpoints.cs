using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Hosting.Health;

/// <summary>Maps <c>/healthz</c>, <c>/readyz</c> and <c>/metrics</c> in every process.</summary>
internal static class OperatorEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var operators = endpoints.MapGroup("").Public().WithMetadata(AnyHost.Mark).Untraced();
        operators.MapMethods("/healthz", ReadMethods.All, Task (HttpContext context) => Write(context, 200, new { Status = "alive" }));
        operators.MapMethods("/readyz", ReadMethods.All, async (HttpContext context, Readiness readiness) =>
        {
            var report = await readiness.ReportAsync(context.RequestAborted);
            var missing = report.Missing.Count > 0 ? report.Missing : null;
            await Write(context, report.IsReady ? 200 : 503, new { report.Status, Missing = missing });
        });
        Metrics.Map(operators).WithMetadata(new HttpMethodMetadata(ReadMethods.All));
    }

    private static Task Write<T>(HttpContext context, int status, T body)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }
}
