namespace RideIngest.Streams.Setup;

/// <summary>Compares subjects of streams, which may have the wildcards <c>*</c> and <c>&gt;</c>.</summary>
public static class SubjectPattern
{
    /// <summary>Whether every subject that matches <paramref name="subject"/> also matches <paramref name="pattern"/>.</summary>
    public static bool Covers(string pattern, string subject)
    {
        var (wide, narrow) = (pattern.Split('.'), subject.Split('.'));
        for (var i = 0; i < wide.Length; i++)
        {
            if (i >= narrow.Length)
                return false;
            if (wide[i] == ">")
                return true;
            if (narrow[i] == ">" || (wide[i] != "*" && wide[i] != narrow[i]))
                return false;
        }
        return wide.Length == narrow.Length;
    }

    /// <summary>Returns the wanted subjects that no pattern covers.</summary>
    public static List<string> Missing(IEnumerable<string> patterns, IEnumerable<string> wanted) =>
        [.. wanted.Where(subject => !patterns.Any(pattern => Covers(pattern, subject)))];
}
