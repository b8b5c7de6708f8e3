using System.Text;
using System.Text.RegularExpressions;
using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>The requests of docs/park.http, in their order. Later ones use the ids that it gives for what earlier ones add.</summary>
public sealed partial class ParkRequestsTests
{
    [Fact]
    public async Task Each_request_of_the_file_succeeds()
    {
        await using var system = await SystemRig.StartAsync(new ParkModule(ParkDefaults.Alone));
        using var http = new HttpClient { Timeout = Deadlines.Hang };
        var file = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "park.http"));
        var parts = file.Split("\n### ");
        var values = Definition().Matches(parts[0]).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        values["base"] = system.Url;
        values["$datetime iso8601"] = DateTime.UtcNow.ToString("O");

        foreach (var part in parts[1..])
        {
            using var request = Read(Use().Replace(part, match => values[match.Groups[1].Value]));
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {part}");
        }
    }

    /// <summary>Reads a title, comments, the request's line, headers, an empty line, and the body.</summary>
    private static HttpRequestMessage Read(string part)
    {
        var lines = part.Split('\n').Skip(1).SkipWhile(line => line.StartsWith('#')).ToList();
        var first = lines[0].Split(' ');
        var request = new HttpRequestMessage(new HttpMethod(first[0]), first[1]);
        var headers = lines.Skip(1).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(": ")).ToDictionary(pair => pair[0], pair => pair[1]);
        if (headers.Remove("Content-Type", out var type))
            request.Content = new StringContent(string.Join('\n', lines.Skip(headers.Count + 3)).Trim(), Encoding.UTF8, type);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }

    [GeneratedRegex(@"^@(\w+) = (.+)$", RegexOptions.Multiline)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\{\{(.+?)\}\}")]
    private static partial Regex Use();
}
