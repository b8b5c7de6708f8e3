namespace RideIngest.Hosting.Config;

/// <summary>Finds the known name that a misspelled one resembles.</summary>
internal static class NearestName
{
    /// <returns>The known name with the fewest edits, or null if none is close.</returns>
    public static string? Of(string written, IEnumerable<string> known) =>
        known.Select(name => (name, distance: Distance(written.ToLowerInvariant(), name)))
            .Where(x => x.distance <= Math.Max(1, Math.Min(written.Length, x.name.Length) / 3))
            .OrderBy(x => x.distance)
            .Select(x => x.name)
            .FirstOrDefault();

    /// <summary>The number of edits: insert, delete, replace, or swap neighbours.</summary>
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = table[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                var least = Math.Min(replaced, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    least = Math.Min(least, table[i - 2, j - 2] + 1);
                table[i, j] = least;
            }
        }

        return table[a.Length, b.Length];
    }
}
