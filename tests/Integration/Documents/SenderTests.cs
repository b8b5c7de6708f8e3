using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Documents;

/// <summary>The sender of <c>docs/senders.md</c>, compiled from the page.</summary>
public sealed partial class SenderTests : IDisposable
{
    private const int Records = 200;

    // What the SDK adds to a program.
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Through_an_outage_of_everything_the_sender_stores_each_record_once_and_names_those_that_cannot_be_stored()
    {
        await using var system = await RideSystem.StartAsync(ownPostgres: true, args: "--ingest:wait=5s");
        await using var network = new TcpProxy(system.Client.BaseAddress!.Host, system.Client.BaseAddress.Port);
        var ids = Given.NewIds(Records);
        await system.PostAsync("/v1/bookings", Given.Booking(ids[0], user: 1));
        await system.Nats.StopAsync();
        await system.Postgres!.StopAsync();

        await using var sender = await StartAsync(network.Port, [.. ids.Select(id => Given.Booking(id)), """{"id":7}"""]);
        await CountsAsync(system, "rideingest_producer_refused_total{problem=\"unavailable\"}");
        network.Reset();
        await system.Nats.RestartAsync();
        await CountsAsync(system, "rideingest_producer_records_total{kind=\"bookings\",outcome=\"accepted\"}");
        Assert.False(sender.HasExited);
        await system.Postgres.RestartAsync();

        Assert.Equal((1, ""), (await sender.ExitAsync(), sender.Errors));
        Assert.Equal(2, sender.Output.Count);
        Assert.Single(sender.Output, line => line.Contains($"\"id\":{ids[0]},", StringComparison.Ordinal)
            && line.Contains("conflict", StringComparison.Ordinal));
        Assert.Single(sender.Output, line => line.Contains("/problems/validation", StringComparison.Ordinal));
        Assert.Equal(Records, await system.CountAsync("rides.bookings"));
    }

    [Fact]
    public void The_sender_is_short() => Assert.InRange(Code().Split('\n').Count(line => line.Trim().Length > 1), 20, 36);

    private static Task CountsAsync(RideSystem system, string metric) => Eventually.True(
        async () => Regex.IsMatch((await system.GetAsync("/metrics")).Text, $"{Regex.Escape(metric)} [1-9]"));

    private static string Code() => CSharpBlock()
        .Match(File.ReadAllText(Path.Combine(Repository.Root, "docs", "senders.md"))).Groups[1].Value;

    private async Task<StartedProcess> StartAsync(int port, IEnumerable<string> records)
    {
        var (program, file) = (_folder.In("sender.dll"), _folder.In("bookings.ndjson"));
        await File.WriteAllLinesAsync(file, records.Select(record => record.Trim()));
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "sender", [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Code())],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)), new(OutputKind.ConsoleApplication));
        Assert.Empty(compilation.Emit(program).Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        await File.WriteAllTextAsync(_folder.In("sender.runtimeconfig.json"), $$"""
            { "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }
            """);
        return StartedProcess.Start(
            program, _folder.Path, [], string.Create(CultureInfo.InvariantCulture, $"http://{TcpProxy.Host}:{port}/v1/bookings"), file);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();
}
