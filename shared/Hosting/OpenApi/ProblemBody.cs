using System.ComponentModel;
using System.Text.Json.Serialization;
using RideIngest.Records.Kinds;

namespace RideIngest.Hosting.OpenApi;

/// <summary>The body of a problem in the document; <see cref="Problem"/> writes it.</summary>
[Description("A failure (RFC 9457)")]
internal sealed record ProblemBody(
    [property: Description("A stable identifier, `/problems/{name}`, which is also the path of its description")] string Type,
    [property: Description("A short summary")] string Title,
    [property: Description("The status code of the answer")] int Status,
    [property: Description("The id of the record or event concerned, a number or text; null if there is none, or if it could not be read")]
    RecordId Id,
    [property: Description("Whether the same request may succeed later")] bool Retryable,
    [property: Description("Identifies the request in traces and logs"), JsonPropertyName("traceId")] string TraceId,
    [property: Description("Details of this occurrence")] string? Detail = null,
    [property: Description("Problems by field")] IReadOnlyDictionary<string, string[]>? Errors = null);
