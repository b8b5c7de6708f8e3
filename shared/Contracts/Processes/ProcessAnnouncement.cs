using System.Text.Json;

namespace RideIngest.Contracts.Processes;

/// <summary>What a process is and how it is, which it publishes every two seconds on <see cref="Subject"/>, and once more when it stops.
/// </summary>
/// <param name="Status">As in <c>/readyz</c>, or <see cref="Stopped"/>.</param>
/// <param name="Systems">The systems that it works for; null from builds that do not announce them.</param>
public sealed record ProcessAnnouncement(
    string Service, string Instance, string Version, IReadOnlyList<string> Modules, DateTimeOffset StartedAt, string Status,
    IReadOnlyList<MissingPart> Missing, IReadOnlyList<SystemTotals>? Systems = null)
{
    public const string Subject = "ops.processes";
    public const string Stopped = "stopped";

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <returns>Null when the bytes are not an announcement.</returns>
    public static ProcessAnnouncement? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ProcessAnnouncement>(bytes, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A dependency that the process lacks.</summary>
public sealed record MissingPart(string Name, string Detail);
