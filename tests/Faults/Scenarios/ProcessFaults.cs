using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Network;

namespace RideIngest.Faults.Scenarios;

/// <summary>What happens to the processes of ours.</summary>
internal static class ProcessFaults
{
    /// <summary>What Postgres answers when a COPY, which is a transaction, has been committed.</summary>
    private const string Committed = "COPY ";
    private const string Reply = "PUB _INBOX.";
    private const string Ack = "PUB $JS.ACK.";
    private const string Published = "{\"stream\":\"RIDES\"";
    private const string Publish = "HPUB rides.ingest.";

    public static IEnumerable<Scenario> All { get; } =
    [
        new("consumer-killed", "SIGKILL of a consumer, twice", Target.Consumers, run => TwiceAsync(
            run, () => KilledAsync(run, run.AnyConsumer))),
        new("consumers-killed", "SIGKILL of all consumers at once", Target.Consumers, run => AllKilledAsync(run, run.World.Consumers))
        {
            Accepts = 0.999,
        },
        new("consumer-terminated", "SIGTERM of each consumer in turn", Target.Consumers, run => InTurnAsync(run.World.Consumers))
        {
            Accepts = 0.999,
            Redelivers = false,
        },
        new("consumer-paused", "SIGSTOP of a consumer for longer than its frames may be silent", Target.Consumers,
            run => PausedAsync(run, run.AnyConsumer, 7, 9))
        {
            Accepts = 0.999,
        },
        new("consumers-paused", "SIGSTOP of all consumers", Target.Consumers, AllPausedAsync) { Accepts = 0.999 },
        new("commit-then-killed", "SIGKILL of a consumer between a commit and its answer", Target.Consumers, run => ThriceAsync(
            run, one => Run.AtAsync(one, [one.Postgres], Way.ToClient, Committed, kill: true))),
        new("commit-then-cut", "Postgres' connection cut between a commit and its answer", Target.Consumers | Target.Postgres,
            run => ThriceAsync(run, one => Run.AtAsync(one, [one.Postgres], Way.ToClient, Committed, kill: false)))
        {
            Accepts = 0.999,
        },
        new("commit-then-paused", "SIGSTOP of each consumer in turn between a commit and its answer", Target.Consumers,
            run => ConsumersPausedAtAsync(run, one => [one.Postgres], Way.ToClient, Committed))
        {
            Accepts = 0.999,
        },
        new("commit-then-terminated", "SIGTERM of each consumer in turn between a commit and its answer", Target.Consumers, run => Each(
            run.World.Consumers, one => run.TerminatedAtAsync(one, [one.Postgres], Way.ToClient, Committed)))
        {
            Accepts = 0.999,
            Redelivers = false,
        },
        new("before-reply-killed", "SIGKILL of a consumer between a commit and its reply", Target.Consumers, run => ThriceAsync(
            run, one => Run.AtAsync(one, one.Nats, Way.ToServer, Reply, kill: true))),
        new("before-reply-cut", "NATS' connection cut between a commit and its reply", Target.Consumers | Target.Nats, run => ThriceAsync(
            run, one => Run.AtAsync(one, one.Nats, Way.ToServer, Reply, kill: false)))
        {
            Accepts = 0.999,
        },
        new("before-reply-paused", "SIGSTOP of each consumer in turn between a commit and its reply", Target.Consumers,
            run => ConsumersPausedAtAsync(run, one => one.Nats, Way.ToServer, Reply))
        {
            Accepts = 0.999,
        },
        new("before-reply-terminated", "SIGTERM of each consumer in turn between a commit and its reply", Target.Consumers, run => Each(
            run.World.Consumers, one => run.TerminatedAtAsync(one, one.Nats, Way.ToServer, Reply)))
        {
            Accepts = 0.999,
            Redelivers = false,
        },
        new("before-ack-killed", "SIGKILL of a consumer between a reply and its ack", Target.Consumers, run => ThriceAsync(
            run, one => Run.AtAsync(one, one.Nats, Way.ToServer, Ack, kill: true))),
        new("before-ack-cut", "NATS' connection cut between a reply and its ack", Target.Consumers | Target.Nats, run => ThriceAsync(
            run, one => Run.AtAsync(one, one.Nats, Way.ToServer, Ack, kill: false)))
        {
            Accepts = 0.999,
        },
        new("before-ack-paused", "SIGSTOP of each consumer in turn between a reply and its ack", Target.Consumers,
            run => ConsumersPausedAtAsync(run, one => one.Nats, Way.ToServer, Ack))
        {
            Accepts = 0.999,
        },
        new("before-ack-terminated", "SIGTERM of each consumer in turn between a reply and its ack", Target.Consumers, run => Each(
            run.World.Consumers, one => run.TerminatedAtAsync(one, one.Nats, Way.ToServer, Ack)))
        {
            Accepts = 0.999,
            Redelivers = false,
        },

        new("producer-killed", "SIGKILL of a producer, twice", Target.Producers, run => TwiceAsync(
            run, () => KilledAsync(run, run.AnyProducer))),
        new("producer-terminated", "SIGTERM of each producer in turn", Target.Producers, run => InTurnAsync(run.World.Producers))
        {
            LeavesUnanswered = false,
        },
        new("producer-paused", "SIGSTOP of a producer", Target.Producers, run => PausedAsync(run, run.AnyProducer, 4, 7)),
        new("publish-cut", "NATS' connection cut in the middle of a publish", Target.Producers | Target.Nats, run => Each(
            run.World.Producers, one => Run.AtAsync(one, one.Nats, Way.ToServer, Publish, kill: false, passing: 300)))
        {
            Accepts = 0.999,
        },
        new("published-then-cut", "NATS' connection cut between a publish and its acknowledgement", Target.Producers | Target.Nats,
            run => Each(run.World.Producers, one => Run.AtAsync(one, one.Nats, Way.ToClient, Published, kill: false)))
        {
            Accepts = 0.999,
        },
        new("published-then-killed", "SIGKILL of a producer between a publish and its acknowledgement", Target.Producers, run => Each(
            run.World.Producers, one => Run.AtAsync(one, one.Nats, Way.ToClient, Published, kill: true))),
        new("published-then-paused", "SIGSTOP of each producer in turn between a publish and its acknowledgement", Target.Producers,
            run => Each(run.World.Producers, one => run.PausedAtAsync(one, one.Nats, Way.ToClient, Published, 4, 7))),
        new("published-then-terminated", "SIGTERM of each producer in turn between a publish and its acknowledgement", Target.Producers,
            run => Each(run.World.Producers, one => run.TerminatedAtAsync(one, one.Nats, Way.ToClient, Published)))
        {
            LeavesUnanswered = false,
        },
        new("rolling-restart", "SIGTERM and start of every process, one after the other", Target.Producers | Target.Consumers,
            run => InTurnAsync(run.World.Consumers.Concat(run.World.Producers)))
        {
            Redelivers = false,
            LeavesUnanswered = false,
        },
        new("clocks-jump", "the clock of each process jumps by up to an hour, ahead and back", Target.Producers | Target.Consumers,
            ClocksJumpAsync)
        {
            World = new() { Clocks = true },
            Accepts = 0.999,
            InStorm = false,
        },
    ];

    private static async Task KilledAsync(Run run, Instance instance)
    {
        await instance.KillAsync();
        await run.WaitAsync(0, 1);
        await instance.StartAsync();
    }

    private static async Task AllKilledAsync(Run run, IReadOnlyList<Instance> instances)
    {
        await Task.WhenAll(instances.Select(instance => instance.KillAsync()));
        await run.WaitAsync(3, 5);
        await Task.WhenAll(instances.Select(instance => instance.StartAsync()));
    }

    private static async Task AllPausedAsync(Run run)
    {
        await Task.WhenAll(run.World.Consumers.Select(consumer => consumer.PauseAsync()));
        await run.WaitAsync(7, 9);
        foreach (var consumer in run.World.Consumers)
            consumer.Resume();
    }

    private static async Task PausedAsync(Run run, Instance instance, double least, double most)
    {
        await instance.PauseAsync();
        await run.WaitAsync(least, most);
        instance.Resume();
    }

    // Longer than its frames may be silent: they are another's when it goes on, and it replies and acks late.
    private static async Task ConsumersPausedAtAsync(Run run, Func<Instance, IEnumerable<TcpProxy>> networks, Way way, string text)
    {
        foreach (var consumer in run.World.Consumers)
            await run.PausedAtAsync(consumer, networks(consumer), way, text, 7, 9);
    }

    private static async Task InTurnAsync(IEnumerable<Instance> instances)
    {
        foreach (var instance in instances)
        {
            await instance.TerminateAsync();
            await instance.StartAsync();
            await instance.ReadyAsync();
        }
    }

    private static async Task TwiceAsync(Run run, Func<Task> act)
    {
        await act();
        await run.WaitAsync(0.5, 1);
        await act();
    }

    private static async Task ThriceAsync(Run run, Func<Instance, Task> act)
    {
        for (var i = 0; i < 3; i++)
            await act(run.AnyConsumer);
    }

    private static async Task Each(IEnumerable<Instance> instances, Func<Instance, Task> act)
    {
        foreach (var instance in instances)
            await act(instance);
    }

    private static async Task ClocksJumpAsync(Run run)
    {
        for (var jump = 0; jump < 4; jump++)
        {
            foreach (var instance in run.World.Instances)
                instance.Clock!.Set(TimeSpan.FromSeconds((run.Random.NextDouble() - 0.5) * 7200));
            await run.WaitAsync(2, 3);
        }
        foreach (var instance in run.World.Instances)
            instance.Clock!.Set(TimeSpan.Zero);
        await run.WaitAsync(1, 2);
    }
}
