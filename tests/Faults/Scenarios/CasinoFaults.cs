using System.Text;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Worlds;
using RideIngest.Simulators.Rates;

namespace RideIngest.Faults.Scenarios;

/// <summary>What happens to the casino, a process for each of its roles.</summary>
internal static class CasinoFaults
{
    public static IEnumerable<Scenario> All =>
    [
        Of("casino-role-killed", "SIGKILL of each role's process, in any order", Target.Consumers, run => EachAsync(run, KilledAsync)),
        Of("casino-role-terminated", "SIGTERM of each role's process, in any order", Target.Consumers, run => EachAsync(run, TerminatedAsync)) with
        {
            Redelivers = false,
            LeavesUnanswered = false,
        },
        Of("casino-nats-killed", "SIGKILL of nats-server under the casino, back after some seconds", Target.Nats, NatsFaults.KilledAsync),
        Of("casino-postgres-killed", "SIGKILL of Postgres under the casino, back after some seconds", Target.Postgres, PostgresFaults.KilledAsync) with
        {
            Accepts = 0.999,
        },
        Of("casino-rates-away", "SIGKILL of the role currency while the exchange rates answer errors", Target.Consumers, RatesAwayAsync),
    ];

    private static Scenario Of(string name, string what, Target target, Func<Run, Task> act) =>
        new(name, what, target, act) { World = WorldOptions.OfCasino, InStorm = false };

    private static async Task EachAsync(Run run, Func<Run, Instance, Task> act)
    {
        var roles = run.World.Casino.All.ToArray();
        run.Random.Shuffle(roles);
        foreach (var role in roles)
        {
            await run.WaitAsync(0.2, 1.5);
            await act(run, role);
        }
    }

    private static async Task KilledAsync(Run run, Instance role)
    {
        run.Ledger.Killed = true;
        await role.KillAsync();
        if (role == run.World.Casino.Aggregates)
            run.Ledger.Left.UnionWith(await LeftAsync(run.World));
        await run.WaitAsync(0, 1);
        await role.StartAsync();
    }

    private static async Task TerminatedAsync(Run run, Instance role)
    {
        await role.TerminateAsync();
        await run.WaitAsync(0, 1);
        await role.StartAsync();
    }

    private static async Task RatesAwayAsync(Run run)
    {
        run.World.Casino.Rates.Fault = RatesFault.Errors;
        await KilledAsync(run, run.World.Casino.Currency);
        await run.WaitAsync(3, 5);
        run.World.Casino.Rates.Fault = RatesFault.None;
    }

    /// <summary>The events that wait for a process to count them.</summary>
    private static async Task<List<long>> LeftAsync(World world)
    {
        var stream = await world.Js.GetStreamAsync(CasinoProcesses.Stream);
        var left = new List<long>();
        var at = stream.Info.State.FirstSeq;
        while (at <= stream.Info.State.LastSeq)
        {
            try
            {
                var frame = (await stream.GetAsync(new StreamMsgGetRequest { Seq = at, NextBySubj = CasinoProcesses.LastSubject })).Message;
                left.AddRange(Printing.Of(Encoding.UTF8.GetString(frame.Data.Span)).Lines.Select(line => line.Fact.Id));
                at = frame.Seq + 1;
            }
            catch (NatsJSApiException none) when (none.Error.Code == 404)
            {
                break;
            }
        }
        return left;
    }
}
