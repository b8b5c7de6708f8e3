using System.Text.Json.Nodes;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Scenarios;

/// <summary>
/// Casino events, from the HTTP answer to the line that is printed and the figures. Every process takes them; the generator makes others
/// beside them. A run begins with a process that has counted nothing.
/// </summary>
internal sealed class CasinoTrial(World world, Ledger ledger, int seed, AckWatch acks) : ITrial
{
    private readonly LoadClient _load = new(world.Casino.All, new EventContract(), ledger, seed);
    private int _outputsBefore;

    public async Task StartAsync()
    {
        var casino = world.Casino;
        await casino.Generator.TerminateAsync();
        while ((await world.StreamAsync()).State.Messages > 0)
            await Task.Delay(20);
        await casino.Aggregates.TerminateAsync();
        _outputsBefore = casino.Aggregates.Outputs.Count;
        await Task.WhenAll(casino.Aggregates.StartAsync(), casino.Generator.StartAsync());
        await Task.WhenAll(casino.Aggregates.ReadyAsync(), casino.Generator.ReadyAsync());
        _load.Start();
    }

    /// <summary>The time until every process has taken an event of its own, and all of these are printed.</summary>
    public async Task WorksAgainAsync(CancellationToken late)
    {
        using var output = new StreamReader(
            new FileStream(world.Casino.Aggregates.Outputs[^1], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        output.BaseStream.Seek(0, SeekOrigin.End);
        using var sender = new Sender(ledger, new EventContract());
        var taken = await Task.WhenAll(world.Casino.All.Select(TakenAsync));
        for (var printed = await output.ReadToEndAsync(late); !taken.All(
            id => printed.Contains($"{{\"id\":{id},", StringComparison.Ordinal)); printed += await output.ReadToEndAsync(late))
            await Task.Delay(20, late);

        async Task<long> TakenAsync(Instance door)
        {
            for (var id = ledger.TakeIds(); ; await Task.Delay(50, late))
            {
                if ((await sender.SendAsync(door, id, 0, cancellationToken: late)).IsSettled)
                    return id;
            }
        }
    }

    public async Task StopAsync()
    {
        await _load.StopAsync();
        await world.Casino.Generator.TerminateAsync();
    }

    public async Task<(List<Finding> Findings, long Redelivered)> ReckonAsync(Scenario scenario)
    {
        using var http = new HttpClient();
        var aggregates = world.Casino.Aggregates;
        var figures = JsonNode.Parse(await http.GetStringAsync(new Uri(aggregates.Url, "/materialized")))!;
        var evidence = CasinoEvidence.Read(aggregates.Outputs.Skip(_outputsBefore), figures);
        var findings = CasinoChecker.Check(ledger, evidence);
        if (!scenario.LeavesUnanswered)
        {
            var printed = evidence.Printings.SelectMany(printing => printing.Lines).Select(line => line.Fact.Id).ToHashSet();
            findings.AddRange(Unanswered.Find(ledger, printed.Contains));
        }
        return (findings, acks.Redelivered);
    }

    public void Dispose() => _load.Dispose();
}
