using System.Text.Json;
using System.Text.Json.Nodes;

namespace RideIngest.Faults.Load;

/// <summary>Casino events, as every process of the casino takes them. What is sent under an id is always the same.</summary>
internal sealed class EventContract : IContract
{
    public string Path(long id) => "/casino/events";

    public string UploadPath(long firstId) => Path(firstId);

    public bool HasVersions => false;

    public long IdOf(long number, Random random) => number;

    public string Json(long id, int version) => CasinoFact.Of(id).Json;

    public (Told Told, string? Receipt) Read(long id, int status, string body) => (Of(1, status, body), null);

    public (Told Told, string? Receipt)[] ReadUpload(long firstId, int count, int status, string body) =>
        [.. Enumerable.Repeat((Of(count, status, body), (string?)null), count)];

    private static Told Of(int count, int status, string body)
    {
        try
        {
            var json = JsonNode.Parse(body)!;
            return status switch
            {
                202 when (int?)json["received"] == count && (int?)json["published"] == count => Told.Accepted,

                // Some of an upload may have been taken before it stopped; which, is not said.
                503 or 429 when (bool?)json["retryable"] == true => TookNone(json) ? Told.NotKept : Told.Unknown,
                504 when (bool?)json["retryable"] == true => Told.Unknown,
                400 or 413 or 415 or 422 => Told.Refused,
                _ => Told.Nonsense,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return Told.Nonsense;
        }
    }

    private static bool TookNone(JsonNode problem) => ((string?)problem["detail"])?.StartsWith("0 of ", StringComparison.Ordinal) == true;
}
