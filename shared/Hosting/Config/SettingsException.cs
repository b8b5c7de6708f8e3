namespace RideIngest.Hosting.Config;

/// <summary>The configuration is invalid. The message lists all problems, each with its key, its origin and an example.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems)
    : Exception($"The configuration has {Number(problems)}:{string.Concat(problems.Select(p => $"\n  {p}"))}")
{
    public SettingsException(string problem) : this([problem]) { }

    public IReadOnlyList<string> Problems { get; } = problems;

    private static string Number(IReadOnlyList<string> problems) => problems.Count == 1 ? "a problem" : $"{problems.Count} problems";
}
