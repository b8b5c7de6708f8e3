using System.Text.RegularExpressions;

namespace RideIngest.Integration.Deploy;

public sealed partial class DockerfileTests
{
    private static readonly string Dockerfile = File.ReadAllText(DeployYaml.PathOf("deploy/docker/Dockerfile"));
    private static readonly string[] Ignore = File.ReadAllLines(DeployYaml.PathOf(".dockerignore"));

    [Fact]
    public void What_it_copies_exists_and_is_let_in()
    {
        var copied = Copy().Matches(Dockerfile).SelectMany(copy => copy.Groups[1].Value.Split(' ')[..^1]).ToList();

        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(Path.Exists(DeployYaml.PathOf(path)), path));
        Assert.All(copied, path => Assert.Contains($"!{path}", Ignore));
    }

    [Fact]
    public void Nothing_is_let_in_that_it_does_not_copy() =>
        Assert.All(Ignore.Where(line => line.StartsWith('!')), line => Assert.Contains(line[1..], Dockerfile, StringComparison.Ordinal));

    [Fact]
    public void It_listens_is_exposed_and_is_checked_on_one_port() =>
        Assert.Equal(["8080"], Port().Matches(Dockerfile).Select(port => port.Groups[1].Value).Distinct());

    [Fact]
    public void It_runs_as_nobody_special() => Assert.Contains("\nUSER $APP_UID\n", Dockerfile, StringComparison.Ordinal);

    [GeneratedRegex("^COPY (?!--)(.+)$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"(?:://[^:/\s]+:|EXPOSE )(\d+)")]
    private static partial Regex Port();
}
