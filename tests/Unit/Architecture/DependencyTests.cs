namespace RideIngest.Unit.Architecture;

/// <summary>Which project and which folder may use which.</summary>
public sealed class DependencyTests
{
    [Theory]
    [InlineData("Contracts")]
    [InlineData("Records")]
    [InlineData("LocalServers")]
    [InlineData("Hosting", "Contracts", "Records")]
    [InlineData("Pages", "Contracts", "Records", "Hosting")]
    [InlineData("Mail", "Hosting")]
    [InlineData("Storage", "Contracts", "Records", "Hosting")]
    [InlineData("Streams", "Contracts", "Records", "Hosting", "Storage")]
    public void A_shared_library_uses_only_those_below_it(string project, params string[] below) =>
        AssertNone(Solution.Uses.Where(use => use.From.Project == project && use.To.Project != project && !below.Contains(use.To.Project)));

    [Fact]
    public void Services_do_not_know_each_other() => AssertNone(Solution.Uses.Where(use =>
        use.From.Project != "Standalone" && use.From.Project != use.To.Project && Solution.Services.Contains(use.To.Project)));

    [Fact]
    public void No_two_folders_of_a_project_depend_on_each_other()
    {
        var folders = Solution.Uses.Where(use => use.From.Project == use.To.Project && use.From.Folder != use.To.Folder).ToList();
        var arrows = folders.Select(use => (use.From.Project, use.From.Folder, use.To.Folder)).ToHashSet();

        AssertNone(folders.Where(use => arrows.Contains((use.From.Project, use.To.Folder, use.From.Folder))));
    }

    [Fact]
    public void Nothing_refers_back_to_a_projects_root() => AssertNone(Solution.Uses.Where(use =>
        use.From.Project == use.To.Project && use.From.Folder.Length > 0 && use.To.Folder.Length == 0));

    [Fact]
    public void A_projects_root_holds_only_what_wires_its_folders() => AssertNone(Solution.Types.Where(type =>
        type.Folder.Length == 0 && type.Name != "Program" && type.Name != "Composition"
            && !type.Name.EndsWith("Module", StringComparison.Ordinal)));

    private static void AssertNone<T>(IEnumerable<T> found)
        where T : notnull
    {
        var lines = found.Select(item => item.ToString()!).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(lines.Count == 0, $"{lines.Count}:\n{string.Join('\n', lines.Take(50))}");
    }
}
