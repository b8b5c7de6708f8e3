using System.Text.Json;

namespace RideIngest.Contracts.Checking;

/// <summary>
/// A problem with content that an operator wants to send to a stage. The stage's system is asked on <see cref="Subject"/> with the content
/// as payload; one of its processes answers with a list, which is empty if the stage can read every line.
/// </summary>
/// <param name="Line">The index of the line, without blank ones.</param>
/// <param name="Field">Empty for a problem with the whole line.</param>
public sealed record ContentProblem(int Line, string Field, string Message)
{
    private const string Subjects = "ops.check";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Subject(string system, string stage) => $"{Subjects}.{system}.{stage}";

    public static byte[] Write(IReadOnlyList<ContentProblem> all) => JsonSerializer.SerializeToUtf8Bytes(all, Json);

    /// <returns>Null when the bytes are no answer.</returns>
    public static IReadOnlyList<ContentProblem>? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ContentProblem[]>(bytes, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
