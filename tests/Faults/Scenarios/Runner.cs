using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;
using RideIngest.Faults.Report;
using RideIngest.Faults.Worlds;
using RideIngest.Spine;

namespace RideIngest.Faults.Scenarios;

/// <summary>Runs one scenario in a world: load, the fault, its end, recovery, the last record settled, and then the reckoning.</summary>
internal sealed class Runner(World world)
{
    /// <summary>Ids of one run begin this far from those of the one before.</summary>
    private const long IdsPerRun = 10_000_000;

    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(60);

    private int _runs;

    public async Task<Verdict> RunAsync(Scenario scenario, int seed, TimeSpan? before = null)
    {
        using var ledger = new Ledger(Path.Combine(world.Logs, $"{scenario.Name}.{seed}.ledger"), 1 + (IdsPerRun * _runs++));
        var firstId = ledger.LastId + 1;
        var firstLetter = await LastLetterAsync() + 1;
        var deliveredBefore = await DeliveriesAsync();
        using var watching = new CancellationTokenSource();
        var acks = WatchAcksAsync(ledger, watching.Token);
        using var load = new LoadClient(world, ledger, seed);
        load.Start();
        await Task.Delay(before ?? TimeSpan.FromSeconds(1.5));

        var begun = ledger.Now;
        await scenario.Act(new Run(world, ledger, new Random(seed)));
        var ended = ledger.Now;
        var recovered = await RecoveredAsync(ledger);
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        await load.StopAsync();

        var findings = new List<Finding>();
        if (recovered is null)
            findings.Add(new Finding(Break.Stuck, $"{RecoversWithin.TotalSeconds} s after the fault's end there is a producer that stores nothing"));
        var stopped = ledger.Now;
        findings.AddRange(await StuckCheck.WaitAsync(world));
        var settled = ledger.Now - stopped;
        var evidence = await Evidence.ReadAsync(world.Database, firstId, firstLetter);
        findings.AddRange(Checker.Check(ledger, evidence).Where(finding => !IsForgiven(scenario, finding)));
        if (!scenario.LosesAccepted)
            findings.AddRange(await ReceiptCheck.CheckAsync(world, ledger, evidence));
        var redelivered = Math.Max(0, await DeliveriesAsync() - deliveredBefore);
        if (redelivered > 0 && !scenario.Redelivers)
            findings.Add(new Finding(Break.Duplicated, $"{redelivered} frames were delivered again, and none should be"));
        if (!scenario.LeavesUnanswered)
            findings.AddRange(Unanswered.Find(ledger, evidence));

        await watching.CancelAsync();
        await acks;
        var figures = new Figures(ledger);
        return new Verdict(scenario.Name, seed, figures.Told, findings)
        {
            Accepted = (figures.AcceptedBetween(begun, ended), scenario.Accepts),
            LongestSilence = figures.LongestSilence,
            Recovered = recovered,
            Settled = TimeSpan.FromMilliseconds(settled),
            Redelivered = redelivered,
        };
    }

    // What the only server had and nobody has stored yet went with its disk: that much is not promised.
    private static bool IsForgiven(Scenario scenario, Finding finding) =>
        scenario.LosesAccepted && finding is { Break: Break.Lost } && finding.What.Contains("was accepted", StringComparison.Ordinal);

    /// <summary>The time until every producer has answered 201 to a record of its own.</summary>
    private async Task<TimeSpan?> RecoveredAsync(Ledger ledger)
    {
        using var sender = new Sender(ledger);
        var since = ledger.Now;
        using var late = new CancellationTokenSource(RecoversWithin);
        try
        {
            await Task.WhenAll(world.Producers.Select(async producer =>
            {
                while ((await sender.SendAsync(producer, ledger.TakeIds(), 0, "wait=2", late.Token)).Told != Told.Stored)
                    await Task.Delay(50, late.Token);
            }));
            return TimeSpan.FromMilliseconds(ledger.Now - since);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Writes into the ledger's file which frames consumers acked, and when: whether a frame that is gone was acked, or went by itself.</summary>
    private async Task WatchAcksAsync(Ledger ledger, CancellationToken stop)
    {
        try
        {
            await foreach (var ack in world.Client.SubscribeAsync<string>($"$JS.ACK.{RidesStream.Name}.>", cancellationToken: stop))
                ledger.Write(ledger.Now, ledger.Now, "stream", ack.Subject, ack.Data ?? "");
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }

    private async Task<long> LastLetterAsync()
    {
        await using var select = world.Database.CreateCommand("select coalesce(max(id), 0) from ops.dead_letters");
        return (long)(await select.ExecuteScalarAsync())!;
    }

    /// <summary>Deliveries beyond the first of each frame, since the stream has been there.</summary>
    private async Task<long> DeliveriesAsync()
    {
        try
        {
            var delivered = (await world.Js.GetConsumerAsync(RidesStream.Name, RidesStream.Consumer)).Info.Delivered;
            return (long)delivered.ConsumerSeq - (long)delivered.StreamSeq;
        }
        catch (NatsException)
        {
            return 0;
        }
    }
}
