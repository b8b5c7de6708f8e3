using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Files;

namespace RideIngest.Integration.Documents;

/// <summary>What the addresses of problems say.</summary>
public sealed partial class ProblemTypeTests
{
    private static readonly TestModule Module = new();

    /// <summary>A problem is made as <c>new Problem(503, "busy", …)</c>, by its target's type as <c>new(503, "busy", …)</c>.</summary>
    [Fact]
    public async Task Every_type_of_problem_that_the_code_makes_is_explained_at_its_address()
    {
        var made = ((string[])["services", "shared"]).Select(folder => Path.Combine(Repository.Root, folder))
            .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.EndsWith("ProblemTypes.cs", StringComparison.Ordinal))
            .SelectMany(file => Made().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).ToHashSet();
        await using var host = await Module.StartAsync();
        using var client = host.Client();

        var list = JsonNode.Parse(await client.GetStringAsync("/problems"))!["items"]!.AsArray();
        var listed = list.Select(type => (string)type!["type"]!).ToList();

        Assert.Contains("stream-full", made);
        Assert.Equal(made.Select(name => $"/problems/{name}").Order(), listed.Order());
        foreach (var address in listed)
            Assert.Equal(address, (string?)JsonNode.Parse(await client.GetStringAsync(address))!["type"]);
        await host.StopAsync();
    }

    [GeneratedRegex(@"(?:(?:new|Problem|NotTaken)\((?:[45]\d\d|status)|\? 422 : 400), (?:fields \? )?""([a-z-]+)""")]
    private static partial Regex Made();
}
