using System.Globalization;
using RideIngest.Faults.Report;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Scenarios;

/// <summary>
/// The command: every scenario once, then the storm for as long as there is time; or those that were named, of which a storm blows until
/// the time is up.
/// </summary>
internal sealed class Campaign(TextWriter output)
{
    private const string Usage =
        """
        usage: dotnet run -c Release --project tests/Faults -- [--minutes N] [--seed N] [--scenario NAME]... [--list]

          --minutes    how long it may take; what is left after the scenarios is the storm's (30)
          --seed       what happens when, and to whom (1)
          --scenario   this one only; may be given several times
          --list       names the scenarios
        """;

    private readonly List<Verdict> _verdicts = [];
    private readonly List<string> _passedOver = [];
    private World? _world;
    private Runner? _runner;

    /// <returns>0 when all that was asked for ran, and nothing was lost, duplicated or lied about.</returns>
    public async Task<int> RunAsync(string[] args)
    {
        var (minutes, seed, names) = (30.0, 1, new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--minutes" when i + 1 < args.Length && double.TryParse(args[++i], CultureInfo.InvariantCulture, out minutes): break;
                case "--seed" when i + 1 < args.Length && int.TryParse(args[++i], CultureInfo.InvariantCulture, out seed): break;
                case "--scenario" when i + 1 < args.Length: names.Add(args[++i]); break;
                case "--list": return List();
                default:
                    await output.WriteLineAsync(Usage);
                    return 2;
            }
        }

        var until = DateTime.UtcNow.AddMinutes(minutes);
        var everything = names.Count == 0;
        var storms = names.Remove(Storm.Name) || everything;
        var scenarios = everything ? [.. Book.All] : names.ConvertAll(Book.Named);
        try
        {
            foreach (var scenario in scenarios.OrderBy(scenario => scenario.World.ToString(), StringComparer.Ordinal))
            {
                if (!everything || DateTime.UtcNow < until)
                    await RunAsync(scenario, seed);
                else
                    _passedOver.Add(scenario.Name);
            }
            for (var round = seed; storms && DateTime.UtcNow < until; round++)
            {
                var left = until - DateTime.UtcNow;
                await RunAsync(Storm.For(left < Storm.Longest ? left : Storm.Longest), round);
            }
        }
        finally
        {
            if (_world is not null)
                await _world.DisposeAsync();
        }
        return await EndAsync();
    }

    private int List()
    {
        foreach (var scenario in Book.All.Append(Storm.For(default)))
            output.WriteLine($"{scenario.Name,-26} {scenario.What}");
        return 0;
    }

    private async Task RunAsync(Scenario scenario, int seed)
    {
        try
        {
            if (_world?.Options != scenario.World)
                await EnterAsync(scenario.World);
            var verdict = await _runner!.RunAsync(scenario, seed);
            _verdicts.Add(verdict);
            await output.WriteLineAsync(Table.Row(verdict));
            foreach (var finding in verdict.Findings.Take(10))
                await output.WriteLineAsync($"    {finding}");
            if (!verdict.IsTrue)
                await LeaveAsync();
        }
        catch (Exception e)
        {
            _verdicts.Add(new Verdict(scenario.Name, seed, new Dictionary<Load.Told, int>(), [new(Checking.Break.Stuck, e.ToString())]));
            await output.WriteLineAsync($"| {scenario.Name} | broke off: {e}");
            await LeaveAsync();
        }
    }

    private async Task EnterAsync(WorldOptions options)
    {
        await LeaveAsync();
        _world = await World.StartAsync(options);
        _runner = new Runner(_world);
        await output.WriteLineAsync($"(logs and ledgers: {_world.Logs})");
    }

    // What was found may have left its marks; the next scenario deserves a world without them.
    private async Task LeaveAsync()
    {
        if (_world is not null)
            await _world.DisposeAsync();
        _world = null;
    }

    private async Task<int> EndAsync()
    {
        await output.WriteLineAsync();
        await output.WriteLineAsync(Table.Head);
        foreach (var verdict in _verdicts)
            await output.WriteLineAsync(Table.Row(verdict));
        await output.WriteLineAsync();
        var bad = _verdicts.Count(verdict => !verdict.IsTrue);
        var slow = _verdicts.Count(verdict => verdict is { IsTrue: true, IsGood: false });
        await output.WriteLineAsync(
            $"{_verdicts.Count} runs, {_verdicts.Sum(verdict => verdict.Records)} records: {bad} with findings, {slow} without that miss a figure (!)");
        if (_passedOver.Count > 0)
            await output.WriteLineAsync($"There was no time for {string.Join(", ", _passedOver)}");
        return bad == 0 && _passedOver.Count == 0 && _verdicts.Count > 0 ? 0 : 1;
    }
}
