namespace RideIngest.Records.Fields;

/// <summary>
/// Compares an unknown name with a known one: they match if they differ in separators (<c>userId</c>), in a letter or two
/// (<c>vehicle_modle_id</c>), or in a missing <c>_id</c>.
/// </summary>
internal static class NearMiss
{
    /// <summary>Longer names are never treated as misspellings.</summary>
    internal const int Longest = 64;

    /// <summary>Reduces a name to the letters that are compared; empty if it is too long.</summary>
    internal static string Letters(string name) =>
        name.Length > Longest ? "" : string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>Compares two results of <see cref="Letters"/>.</summary>
    internal static bool Is(string given, string meant)
    {
        if (given.Length == 0)
            return false;
        if (given == meant || (given.Length + 2 == meant.Length && meant.StartsWith(given, StringComparison.Ordinal)
            && meant.EndsWith("id", StringComparison.Ordinal)))
            return true;
        var allowed = meant.Length < 4 ? 0 : meant.Length < 9 ? 1 : 2;
        return Math.Abs(given.Length - meant.Length) <= allowed && Distance(given, meant) <= allowed;
    }

    /// <summary>The number of edits between two names; swapping two neighbours is one edit.</summary>
    private static int Distance(string a, string b)
    {
        const int Width = Longest + 1;
        Span<int> rows = stackalloc int[3 * Width];
        for (var j = 0; j <= b.Length; j++)
            rows[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var row = rows.Slice(i % 3 * Width, Width);
            var above = rows.Slice((i + 2) % 3 * Width, Width);
            var before = rows.Slice((i + 1) % 3 * Width, Width);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
        }
        return rows[(a.Length % 3 * Width) + b.Length];
    }
}
