using System.Diagnostics.CodeAnalysis;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Intake;

/// <summary>What is read here, by the request's Content-Type.</summary>
internal static class ContentTypes
{
    public const string Json = "application/json";
    public const string JsonLines = "application/x-ndjson";
    public const string Csv = "text/csv";

    public static bool IsJson(string? contentType) => contentType == Json || Is(contentType, Json);

    public static bool TryGetFormat(string? contentType, [NotNullWhen(true)] out UploadFormat? format)
    {
        format = Is(contentType, Json) ? UploadFormat.JsonArray
            : Is(contentType, JsonLines) || Is(contentType, "application/jsonl") || Is(contentType, "application/ndjson") ? UploadFormat.JsonLines
            : Is(contentType, Csv) ? UploadFormat.Csv
            : null;
        return format is not null;
    }

    private static bool Is(string? contentType, string expected)
    {
        var given = contentType.AsSpan();
        var end = given.IndexOf(';');
        return (end < 0 ? given : given[..end]).Trim().Equals(expected, StringComparison.OrdinalIgnoreCase)
            && (end < 0 || IsUtf8(given[(end + 1)..]));
    }

    private static bool IsUtf8(ReadOnlySpan<char> parameters)
    {
        foreach (var part in parameters.Split(';'))
        {
            var parameter = parameters[part].Trim();
            if (!parameter.StartsWith("charset=", StringComparison.OrdinalIgnoreCase))
                continue;
            var charset = parameter["charset=".Length..].Trim('"');
            return charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
        }
        return true;
    }
}
