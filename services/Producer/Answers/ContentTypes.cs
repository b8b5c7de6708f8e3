using System.Diagnostics.CodeAnalysis;
using Microsoft.Net.Http.Headers;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Answers;

/// <summary>The supported media types of requests and answers.</summary>
internal static class ContentTypes
{
    public const string Json = "application/json";
    public const string JsonLines = "application/x-ndjson";
    public const string Csv = "text/csv";

    public static bool IsJson(string? contentType) => contentType == Json || Is(contentType, Json);

    /// <summary>Refuses compressed bodies, which could expand to any size while they are streamed.</summary>
    public static Problem? RefuseEncoding(HttpContext http)
    {
        var encoding = http.Request.Headers.ContentEncoding;
        if (string.IsNullOrEmpty(encoding) || string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
            return null;
        http.Response.Headers.AcceptEncoding = "identity";
        return Refusals.UnsupportedEncoding(encoding.ToString());
    }

    public static bool TryGetFormat(string? contentType, [NotNullWhen(true)] out UploadFormat? format)
    {
        format = Is(contentType, Json) ? UploadFormat.JsonArray
            : Is(contentType, JsonLines) || Is(contentType, "application/jsonl")
                || Is(contentType, "application/ndjson") ? UploadFormat.JsonLines
            : Is(contentType, Csv) ? UploadFormat.Csv
            : null;
        return format is not null;
    }

    /// <summary>Whether the sender accepts outcomes as JSON lines and does not prefer one JSON object.</summary>
    public static bool WantsLines(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        var lines = Quality(accepted, JsonLines) ?? 0;
        return lines > 0 && lines >= (Quality(accepted, Json) ?? Quality(accepted, "application/*") ?? Quality(accepted, "*/*") ?? 0);
    }

    private static double? Quality(IList<MediaTypeHeaderValue> accepted, string type) =>
        accepted.Where(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(a => (double?)(a.Quality ?? 1)).Max();

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
            return charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)
                || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase);
        }
        return true;
    }
}
