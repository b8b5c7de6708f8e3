using System.Text.Json;
using RideIngest.Hosting.Problems;

namespace RideIngest.Casino.Aggregates;

/// <summary><c>GET /materialized</c>.</summary>
internal sealed class FiguresEndpoint(EventAggregates aggregates)
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public IResult Get(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return aggregates.IsCounting
            ? TypedResults.Json(aggregates.Figures, Json)
            : Problem.OfStatus(503) with
            {
                Detail = "This process does not count: another one does, or the stream has not been reached yet.",
                RetryAfter = TimeSpan.FromSeconds(1),
            };
    }
}
