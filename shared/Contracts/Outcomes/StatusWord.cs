namespace RideIngest.Contracts.Outcomes;

/// <summary>Converts a status to its word in JSON, headers and metrics.</summary>
public static class StatusWord
{
    private static readonly string[] Words = [.. Enum.GetNames<Status>().Select(name => name.ToLowerInvariant())];

    public static string Word(this Status status) => Words[(int)status];

    public static bool TryParse(string? word, out Status status)
    {
        var at = Array.IndexOf(Words, word);
        status = (Status)Math.Max(at, 0);
        return at >= 0;
    }
}
