using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Uploads;

namespace RideIngest.Parking.Summary;

/// <summary>The summary server: answers 201 when the lines are on disk.</summary>
internal sealed class SummaryEndpoints(SummaryWriter writer)
{
    private const int LongestBody = 64 * 1024;
    private const int MostSummaries = 10_000;
    private const int LongestKey = 255;
    private const string Recorded = "Vehicle summary recorded successfully";

    private static readonly VehicleSummaryKind Kind = new();

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder endpoints, string scope)
    {
        var own = endpoints.ServiceProvider.GetRequiredService<SummaryEndpoints>();
        endpoints.MapPost("/parkinglog", own.PostAsync)
            .WithMetadata(new RequestSizeLimitAttribute(LongestBody)).Needs(scope).AsSummary();
        endpoints.MapPost("/parkinglog/batch", own.PostManyAsync).Needs(scope).AsSummaries(Kind);
    }

    private async Task PostAsync(HttpContext http) => await (await RecordAsync(http)).ExecuteAsync(http);

    private async Task PostManyAsync(HttpContext http) => await (await RecordManyAsync(http)).ExecuteAsync(http);

    private async Task<IResult> RecordAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        if (caller?.Take(1) is { } tooMany)
            return tooMany;
        if (!http.Request.HasJsonContentType())
            return Problem.OfStatus(415) with { Detail = "Send application/json." };
        var (key, refused) = KeyOf(http, caller);
        if (refused is not null)
            return refused;
        try
        {
            var (posted, problem) = await PostedSummary.ReadAsync(http.Request);
            problem ??= await WriteAsync([SummaryLine.Of(posted!, key)]);
            return problem is null ? Answer(new(Recorded), StatusCodes.Status201Created) : problem;
        }
        catch (JsonException e)
        {
            return Problem.OfStatus(422) with { Detail = $"The body is not JSON: {e.Message}" };
        }
    }

    private async Task<IResult> RecordManyAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var format = http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "application/json" => UploadFormat.JsonArray,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" => UploadFormat.JsonLines,
            _ => default(UploadFormat?),
        };
        if (format is null)
            return Problem.OfStatus(415) with { Detail = "Send application/x-ndjson, or application/json for an array." };
        var lines = new List<SummaryLine>();
        var refused = new List<RefusedSummary>();
        await foreach (var uploaded in new UploadReader(Kind, format.Value).ReadAsync(http.Request.BodyReader, http.RequestAborted))
        {
            while (caller?.Rate?.TryTake(1, out var wait) == false)
                await Task.Delay(wait, http.RequestAborted);
            var detail = $"{string.Join("; ", uploaded.Reading.Problems)}.";
            if (uploaded.EndsUpload)
                return Problem.OfStatus(400) with { Detail = $"Nothing was written. The body {detail}" };
            if (uploaded.Index >= MostSummaries)
                return Problem.OfStatus(413) with { Detail = $"Nothing was written. Send at most {MostSummaries} summaries." };
            if (uploaded.Reading.Record is VehicleSummary summary)
                lines.Add(SummaryLine.Of(summary));
            else
                refused.Add(new(uploaded.Index, detail));
        }
        if (await WriteAsync(lines) is { } problem)
            return problem;
        return refused.Count == 0
            ? Answer(new(Recorded), StatusCodes.Status201Created)
            : Answer(
                new($"{refused.Count} of {lines.Count + refused.Count} are refused") { Problems = refused },
                StatusCodes.Status207MultiStatus);
    }

    private async Task<Problem?> WriteAsync(List<SummaryLine> lines) =>
        lines.Count > 0 && await writer.WriteAsync(lines) is { } reason
            ? Problem.OfStatus(503) with { Detail = $"The summary cannot be written: {reason}.", RetryAfter = RetryAfter }
            : null;

    private static (string? Key, Problem? Problem) KeyOf(HttpContext http, Caller? caller) =>
        http.Request.Headers["Idempotency-Key"] switch
        {
            [] => (null, null),
            [{ Length: > 0 and <= LongestKey } key] => (SummaryLine.ClientKey(caller?.Name, key), null),
            _ => (null, Problem.OfStatus(422) with { Detail = $"Idempotency-Key must be one text of 1 to {LongestKey} characters." }),
        };

    private static JsonHttpResult<SummaryAnswer> Answer(SummaryAnswer answer, int status) =>
        TypedResults.Json(answer, Json, statusCode: status);
}

/// <summary>The answer to posted summaries.</summary>
[Description("What became of the summaries")]
internal sealed record SummaryAnswer([property: Description("In words")] string Detail)
{
    [Description("Those that were not written, because they break a rule")]
    public IReadOnlyList<RefusedSummary>? Problems { get; init; }
}

/// <summary>A summary that was not written.</summary>
[Description("A summary that was not written")]
internal sealed record RefusedSummary(
    [property: Description("Its place in the body, from 0")] long Index,
    [property: Description("What is wrong with it")] string Detail);
