namespace RideIngest.Records.Fields;

/// <summary>
/// Whether an unknown name looks like a known one written wrongly: other separators (<c>userId</c>), a letter or two off
/// (<c>vehicle_modle_id</c>), or without its <c>_id</c>.
/// </summary>
internal static class NearMiss
{
    private const int Longest = 64;

    internal static bool Is(string unknown, string known)
    {
        if (unknown.Length > Longest)
            return false;
        var (given, meant) = (Letters(unknown), Letters(known));
        if (given == meant || given + "id" == meant)
            return true;
        var allowed = meant.Length < 4 ? 0 : meant.Length < 9 ? 1 : 2;
        return Math.Abs(given.Length - meant.Length) <= allowed && Distance(given, meant) <= allowed;
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edits from one to the other; swapping two neighbours is one edit.</summary>
    private static int Distance(string a, string b)
    {
        var cost = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            cost[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            cost[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = cost[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }
        return cost[a.Length, b.Length];
    }
}
