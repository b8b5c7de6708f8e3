using System.Globalization;

namespace RideIngest.Hosting.Config;

/// <summary>Parses and formats sizes: <c>512</c>, <c>64KB</c>, <c>8MB</c>, <c>1GB</c>; each unit is 1,024 times the one before.</summary>
public static class ByteSize
{
    private static readonly (string Suffix, int Shift)[] Units = [("kb", 10), ("mb", 20), ("gb", 30), ("tb", 40), ("b", 0)];

    public static bool TryParse(string text, out long bytes)
    {
        var digits = text.AsSpan().Trim();
        var shift = 0;
        foreach (var unit in Units)
        {
            if (!digits.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase))
                continue;
            digits = digits[..^unit.Suffix.Length].TrimEnd();
            shift = unit.Shift;
            break;
        }

        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out bytes))
            return false;
        if (bytes > long.MaxValue >> shift || bytes < -(long.MaxValue >> shift))
            return false;
        bytes <<= shift;
        return true;
    }
}
