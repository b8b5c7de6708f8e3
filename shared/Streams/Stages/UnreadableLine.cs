using System.Text.Json;
using RideIngest.Records.Fields;

namespace RideIngest.Streams.Stages;

/// <summary>A line that is no event, or a message that cannot be read.</summary>
/// <param name="Key">The id, by which people look for an event; null if there is none.</param>
internal readonly record struct UnreadableLine(ReadOnlyMemory<byte> Line, string? Key, string Reason)
{
    private const string Id = "id";

    public static UnreadableLine Of(byte[] line, JsonException e) => new(line, KeyOf(line), ProblemOf(e).ToString());

    // In the sender's terms: .NET names its own types for a value of the wrong type.
    public static FieldProblem ProblemOf(JsonException e) => e is { Path: ['$', '.', .. var field], InnerException: not JsonException }
        ? new(field, "has a value that cannot be read")
        : new("", e.Message);

    private static string? KeyOf(byte[] line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(Id, out var id)
                ? id.ValueKind switch
                {
                    JsonValueKind.Number => id.GetRawText(),
                    JsonValueKind.String => id.GetString(),
                    _ => null,
                }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
