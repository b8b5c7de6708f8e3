using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace RideIngest.Pages.Kit;

/// <summary>Bytes as people read them: one JSON value indented, other text as it is, anything else as hex.</summary>
public static class ByteText
{
    private const int MostText = 64 * 1024;
    private const int MostHex = 4 * 1024;
    private const int HexColumns = 16;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1000,
    };

    /// <returns>The text, and how many bytes it leaves out at the end.</returns>
    public static (string Text, int Left) Of(ReadOnlyMemory<byte> bytes)
    {
        if (!Utf8.IsValid(bytes.Span))
            return (Hex(bytes.Span[..Math.Min(bytes.Length, MostHex)]), Math.Max(bytes.Length - MostHex, 0));
        if (bytes.Length <= MostText)
            return (Json(bytes) ?? Encoding.UTF8.GetString(bytes.Span), 0);
        var shown = Encoding.UTF8.GetString(Whole(bytes.Span[..MostText]));
        return (shown, bytes.Length - Encoding.UTF8.GetByteCount(shown));
    }

    /// <summary>The bytes indented if they are one JSON object or array; otherwise null.</summary>
    public static string? Json(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 1000 });
            return json.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? JsonSerializer.Serialize(json.RootElement, Indented)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Takes the beginning of a character off the end.</summary>
    private static ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> utf8)
    {
        while (!Utf8.IsValid(utf8))
            utf8 = utf8[..^1];
        return utf8;
    }

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var start = 0; start < bytes.Length; start += HexColumns)
        {
            var line = bytes[start..Math.Min(start + HexColumns, bytes.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{start:x8} ");
            foreach (var one in line)
                text.Append(CultureInfo.InvariantCulture, $" {one:x2}");
            text.Append(' ', 3 * (HexColumns - line.Length) + 2);
            foreach (var one in line)
                text.Append(one is >= (byte)' ' and <= (byte)'~' ? (char)one : '.');
            text.Append('\n');
        }
        return text.ToString();
    }
}
