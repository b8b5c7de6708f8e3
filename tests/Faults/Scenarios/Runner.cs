using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;
using RideIngest.Faults.Report;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Scenarios;

/// <summary>Runs one scenario in a world: load, the fault, its end, recovery, the last record settled, and then the reckoning.</summary>
internal sealed class Runner(World world)
{
    /// <summary>Ids of one run begin this far from those of the one before.</summary>
    private const long IdsPerRun = 10_000_000;

    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(60);

    private readonly GrowthCheck _growth = new(world);
    private int _runs;

    public async Task<Verdict> RunAsync(Scenario scenario, int seed, TimeSpan? before = null)
    {
        await _growth.BeginAsync();
        using var ledger = new Ledger(Path.Combine(world.Logs, $"{scenario.Name}.{seed}.ledger"), 1 + (IdsPerRun * _runs++));
        await using var acks = new AckWatch(world, ledger);
        using ITrial trial = world.Options.Casino ? new CasinoTrial(world, ledger, seed, acks) : new RidesTrial(world, ledger, seed);
        await trial.StartAsync();
        await Task.Delay(before ?? TimeSpan.FromSeconds(1.5));

        var begun = ledger.Now;
        await scenario.Act(new Run(world, ledger, new Random(seed)));
        var ended = ledger.Now;
        var recovered = await RecoveredAsync(trial, ledger);
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        await trial.StopAsync();

        var findings = new List<Finding>();
        if (recovered is null)
            findings.Add(
                new Finding(
                    Break.Stuck, $"{RecoversWithin.TotalSeconds} s after the fault's end there is a process that does not do its work"));
        var stopped = ledger.Now;
        findings.AddRange(await StuckCheck.WaitAsync(world, _growth));
        var settled = ledger.Now - stopped;
        var (broken, redelivered) = await trial.ReckonAsync(scenario);
        findings.AddRange(broken);
        if (redelivered > 0 && !scenario.Redelivers)
            findings.Add(new Finding(Break.Duplicated, $"{redelivered} frames were delivered again, and none should be"));

        var figures = new LedgerFigures(ledger);
        return new Verdict(scenario.Name, seed, figures.Told, findings)
        {
            Accepted = (figures.AcceptedBetween(begun, ended), scenario.Accepts),
            LongestSilence = figures.LongestSilence,
            Recovered = recovered,
            Settled = TimeSpan.FromMilliseconds(settled),
            Redelivered = redelivered,
        };
    }

    private static async Task<TimeSpan?> RecoveredAsync(ITrial trial, Ledger ledger)
    {
        var since = ledger.Now;
        using var late = new CancellationTokenSource(RecoversWithin);
        try
        {
            await trial.WorksAgainAsync(late.Token);
            return TimeSpan.FromMilliseconds(ledger.Now - since);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
