using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Endpoints;

/// <summary>The header by which a repeated request is recognised.</summary>
public static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    private const int Longest = 255;

    /// <returns>The key; or the problem with it. Both are null if there is none.</returns>
    public static (string? Key, Problem? Wrong) Of(HttpRequest request) => request.Headers[Header] switch
    {
        [] => (null, null),
        [{ Length: > 0 and <= Longest } key] => (key, null),
        _ => (null, Problem.OfField(Header, $"must be one text of 1 to {Longest} characters")),
    };
}
