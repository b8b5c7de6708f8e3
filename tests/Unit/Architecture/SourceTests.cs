using System.Text.RegularExpressions;
using RideIngest.TestKit.Files;

namespace RideIngest.Unit.Architecture;

/// <summary>What holds for every C# file of the repository.</summary>
public sealed partial class SourceTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> Files =
    [
        .. new[] { "shared", "services", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(path => (Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), File.ReadAllText(path))),
    ];

    [Fact]
    public void A_namespace_is_its_folder() => AssertNone(
        from file in Files
        let declared = Namespace().Match(file.Text)
        where declared.Success
        let folder = $"RideIngest.{string.Join('.', file.Path.Split('/')[1..^1])}"
        where declared.Groups[1].Value != folder
        select $"{file.Path} declares {declared.Groups[1].Value}, not {folder}");

    [Fact]
    public void A_type_name_exists_once() => AssertNone(
        from file in Files
        from type in TypeName().Matches(file.Text).Select(match => match.Groups[1].Value).Distinct()
        group file.Path by type into homes
        where homes.Select(Path.GetDirectoryName).Distinct().Count() > 1
        select $"{homes.Key}: {string.Join(", ", homes)}");

    [Fact]
    public void A_log_message_has_an_event_id_of_its_own() => AssertNone(
        from file in Files
        from id in EventId().Matches(file.Text).Select(match => match.Groups[1].Value)
        group file.Path by id into homes
        where homes.Count() > 1
        select $"{homes.Key}: {string.Join(", ", homes)}");

    [Fact]
    public void A_line_has_at_most_140_characters_unless_it_is_one_long_text() => AssertNone(
        from file in Files
        from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        where line.Text.Length > 140 && !IsText(file.Path, line.Text)
        select $"{file.Path}:{line.Number} has {line.Text.Length}");

    // Sample documents and log lines of tests, and HTML, are not broken.
    private static bool IsText(string path, string line) =>
        line.Contains("<h3>", StringComparison.Ordinal)
        || (path.StartsWith("tests/", StringComparison.Ordinal) && line.Count(character => character == '"') > 1);

    private static void AssertNone(IEnumerable<string> found)
    {
        var lines = found.ToList();
        Assert.True(lines.Count == 0, $"{lines.Count}:\n{string.Join('\n', lines.Take(50))}");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // Types within types are theirs alone; the generic form of a type is another one.
    [GeneratedRegex(
        @"^(?:public |internal |static |sealed |abstract |partial |readonly |ref )*" +
        @"(?:class|interface|enum|struct|record(?: struct| class)?) (\w+<?)",
        RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"LoggerMessage\((?:EventId = )?(\d+)")]
    private static partial Regex EventId();
}
