namespace RideIngest.Hosting.Config;

/// <summary>Parses <c>--nats:url=…</c> and <c>--nats:url …</c>; a dot works like a colon.</summary>
internal static class CommandLine
{
    public const string ConfigPath = "config-path";

    /// <param name="aliases">Short switches and their keys: <c>urls</c> for <c>hosting.urls</c>.</param>
    public static IEnumerable<(string Name, string[] Path, string? Value)> Parse(
        IReadOnlyList<string> args, IReadOnlyDictionary<string, string> aliases, List<string> problems)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (WithoutDashes(args[i]) is not { } text)
            {
                problems.Add($"{args[i]}: not understood on the command line; settings look like --nats:url=nats://127.0.0.1:4222.");
                continue;
            }

            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? text : text[..equals];
            string? value;
            if (equals >= 0)
                value = text[(equals + 1)..];
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                value = args[++i];
            else
            {
                problems.Add($"--{name}: a value is missing.");
                continue;
            }

            var key = aliases.GetValueOrDefault(name, name);
            yield return (name, key.Split(key.Contains(':') ? ':' : '.'), value);
        }
    }

    /// <summary>Removes two dashes, or one before <c>config-path</c>, as in the old service; null for anything else.</summary>
    private static string? WithoutDashes(string argument) => argument switch
    {
        ['-', '-', _, ..] => argument[2..],
        $"-{ConfigPath}" => ConfigPath,
        _ when argument.StartsWith($"-{ConfigPath}=", StringComparison.Ordinal) => argument[1..],
        _ => null,
    };
}
