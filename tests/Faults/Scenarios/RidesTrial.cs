using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.Streams.Rides;

namespace RideIngest.Faults.Scenarios;

/// <summary>Bookings and rides, from the HTTP answer to the row.</summary>
internal sealed class RidesTrial(World world, Ledger ledger, int seed) : ITrial
{
    private readonly LoadClient _load = new(world.Producers, new RecordContract(), ledger, seed);
    private readonly long _firstId = ledger.LastId + 1;
    private long _firstLetter;
    private long _deliveredBefore;

    public async Task StartAsync()
    {
        _firstLetter = await LastLetterAsync() + 1;
        _deliveredBefore = await DeliveriesAsync();
        _load.Start();
    }

    /// <summary>The time until every producer has answered 201 to a record of its own.</summary>
    public async Task WorksAgainAsync(CancellationToken late)
    {
        using var sender = new Sender(ledger, new RecordContract());
        await Task.WhenAll(world.Producers.Select(async producer =>
        {
            while ((await sender.SendAsync(producer, ledger.TakeIds(), 0, "wait=2", late)).Told != Told.Stored)
                await Task.Delay(50, late);
        }));
    }

    public Task StopAsync() => _load.StopAsync();

    public async Task<(List<Finding> Findings, long Redelivered)> ReckonAsync(Scenario scenario)
    {
        var evidence = await Evidence.ReadAsync(world.Database, _firstId, _firstLetter);
        var findings = Checker.Check(ledger, evidence).Where(finding => !IsForgiven(scenario, finding)).ToList();
        if (!scenario.LosesAccepted)
            findings.AddRange(await ReceiptCheck.CheckAsync(world, ledger, evidence));
        if (!scenario.LeavesUnanswered)
            findings.AddRange(Unanswered.Find(ledger, evidence.Rows.ContainsKey));
        return (findings, Math.Max(0, await DeliveriesAsync() - _deliveredBefore));
    }

    public void Dispose() => _load.Dispose();

    // What the only server had and nobody has stored yet went with its disk: that much is not promised.
    private static bool IsForgiven(Scenario scenario, Finding finding) =>
        scenario.LosesAccepted && finding is { Break: Break.Lost } && finding.What.Contains("was accepted", StringComparison.Ordinal);

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
