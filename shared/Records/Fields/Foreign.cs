namespace RideIngest.Records.Fields;

/// <summary>Detects some encodings other than UTF-8 by the first bytes.</summary>
internal static class Foreign
{
    /// <summary>Describes the detected encoding and the expected one; null if the bytes may be UTF-8.</summary>
    internal static string? Encoding(ReadOnlySpan<byte> start) => start switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] or [not 0, 0, 0, 0, ..] or [0, 0, 0, not 0, ..] =>
            "is in UTF-32; UTF-8 is expected",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [not 0, 0, not 0, ..] or [0, not 0, 0, ..] => "is in UTF-16; UTF-8 is expected",
        [0x1F, 0x8B, ..] => "is compressed with gzip; plain UTF-8 is expected",
        _ => null,
    };
}
