using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideIngest.Faults.Load;

/// <summary>Reads answers as strictly as the contract is written: what it does not know is nonsense, and nonsense is a finding.</summary>
internal static class AnswerReader
{
    /// <summary>Of the answer to a single record.</summary>
    public static (Told Told, string? Receipt) Single(long id, int status, string body)
    {
        try
        {
            var json = JsonNode.Parse(body)!;
            var named = (long?)json["id"] == id;
            return status switch
            {
                201 when named && (string?)json["status"] == "stored" => (Told.Stored, null),
                200 when named && (string?)json["status"] == "duplicate" => (Told.Duplicate, null),
                202 when named && (string?)json["status"] == "accepted"
                    && (string?)json["receipt"] is { Length: > 0 } receipt => (Told.Accepted, receipt),
                409 when named && IsProblem(json, "conflict") => (Told.Conflict, null),
                503 or 429 when (bool?)json["retryable"] == true => (Told.NotKept, null),
                504 when named && (bool?)json["retryable"] == true => (Told.Unknown, null),
                400 or 413 or 415 or 422 => (Told.Refused, null),
                _ => (Told.Nonsense, null),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return (Told.Nonsense, null);
        }
    }

    /// <summary>Of the answer to an upload that asked for every result; by index.</summary>
    public static (Told Told, string? Receipt)[] Upload(long firstId, int count, int status, string body)
    {
        var told = new (Told Told, string? Receipt)[count];
        Array.Fill(told, (Told.Nonsense, null));
        try
        {
            var json = JsonNode.Parse(body)!;
            if (status is 503 or 429 or 504)
            {
                Array.Fill(told, (status == 504 ? Told.Unknown : Told.NotKept, null));
                return told;
            }
            if (status is not (200 or 202 or 207) || (int?)json["received"] != count)
                return told;
            foreach (var result in json["results"]!.AsArray())
            {
                var index = (int)result!["index"]!;
                if ((long?)result["id"] == firstId + index)
                    told[index] = Result(result);
            }
            var accepted = told.Count(one => one.Told == Told.Accepted);
            var expected = told.Any(one => !(one.Told is Told.Stored or Told.Duplicate or Told.Accepted)) ? 207 : accepted > 0 ? 202 : 200;
            return status == expected ? told : [.. told.Select(_ => (Told.Nonsense, (string?)null))];
        }
        catch (Exception e) when (
            e is JsonException or InvalidOperationException or NullReferenceException or FormatException or IndexOutOfRangeException)
        {
            return told;
        }
    }

    private static (Told Told, string? Receipt) Result(JsonNode result) => (string?)result["status"] switch
    {
        "stored" => (Told.Stored, null),
        "duplicate" => (Told.Duplicate, null),
        "accepted" when (string?)result["receipt"] is { Length: > 0 } receipt => (Told.Accepted, receipt),
        "conflict" => (Told.Conflict, null),
        "failed" when (bool?)result["retryable"] == true => ((string?)result["code"] == "outcome-unknown"
            ? Told.Unknown
            : Told.NotKept, null),
        "failed" or "invalid" => (Told.Refused, null),
        _ => (Told.Nonsense, null),
    };

    private static bool IsProblem(JsonNode json, string type) =>
        ((string?)json["type"])?.EndsWith($"/{type}", StringComparison.Ordinal) == true;
}
