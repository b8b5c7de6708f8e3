using System.Text.Json;

namespace RideIngest.Contracts.Finding;

/// <summary>
/// Something that a system has under a text that a person looks for. Systems are asked on <see cref="Subject"/> with the text as payload,
/// and one process of each answers with a list.
/// </summary>
/// <param name="What">What it is, such as a kind of records.</param>
/// <param name="Key">The id under which its dead letters and refusals are.</param>
/// <param name="Detail">The record as JSON, or its state in words.</param>
public sealed record Found(string System, string What, string Key, string Detail)
{
    public const string Subject = "ops.find";

    public const int LongestText = 300;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Write(IReadOnlyList<Found> all) => JsonSerializer.SerializeToUtf8Bytes(all, Json);

    /// <returns>An empty list when the bytes are no answer.</returns>
    public static IReadOnlyList<Found> Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Found[]>(bytes, Json) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
