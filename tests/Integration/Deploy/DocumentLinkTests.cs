using System.Text.RegularExpressions;
using RideIngest.TestKit.Files;

namespace RideIngest.Integration.Deploy;

public sealed partial class DocumentLinkTests
{
    public static TheoryData<string> Pages =>
    [
        .. Directory
        .GetFiles(Repository.Root, "*.md")
        .Concat(Directory.GetFiles(DeployYaml.PathOf("docs"), "*.md", SearchOption.AllDirectories))
            .Select(page => Path.GetRelativePath(Repository.Root, page)),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string page)
    {
        var folder = Path.GetDirectoryName(DeployYaml.PathOf(page))!;
        var text = File.ReadAllText(DeployYaml.PathOf(page));

        var links = Link()
            .Matches(text)
            .Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));

        Assert.DoesNotContain(links, link => !Leads(folder, page, link));
    }

    private static bool Leads(string folder, string page, string link)
    {
        var (path, heading) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
        var target = path.Length == 0 ? DeployYaml.PathOf(page) : Path.Combine(folder, path);
        return Path.Exists(target)
            && (heading is null || File
                .ReadLines(target)
                .Any(line => line.StartsWith('#') && line.TrimStart('#', ' ').ToLowerInvariant().Replace(' ', '-') == heading));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
