using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RideIngest.Hosting.OpenApi;

/// <summary>A problem as it goes over the wire, for the document: <see cref="Problem"/> writes it.</summary>
[Description("A failure (RFC 9457)")]
internal sealed record ProblemBody(
    [property: Description("Stable: decide by it. `/problems/` and the type's name; its address says what it means")] string Type,
    [property: Description("What went wrong, in a few words")] string Title,
    [property: Description("The status code of the answer")] int Status,
    [property: Description("The id of the record that it is about; null when it is about none, or the id could not be read")] long? Id,
    [property: Description("Whether the same request may succeed later")] bool Retryable,
    [property: Description("Under this the request is found in traces and logs"), JsonPropertyName("traceId")] string TraceId,
    [property: Description("What went wrong this time")] string? Detail = null,
    [property: Description("What is wrong, by field")] IReadOnlyDictionary<string, string[]>? Errors = null);
