using System.Globalization;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

/// <summary>
/// A server that talks nonsense, and then comes to its senses: the client must be there and deliver.
/// RIDEINGEST_FUZZ_CASES is how many seeds to try, RIDEINGEST_FUZZ_SEED the first of them.
/// </summary>
public sealed class FuzzTests : NatsTest
{
    private const string Alive = "alive and well";
    private const long Bound = 256L * 1024 * 1024;

    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Nonsense_after_the_handshake_costs_no_more_than_the_connection()
    {
        await RunAsync(async (peer, mutation) =>
        {
            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync("fuzz");
            await peer.SendAsync(mutation.Apply(Transcript(sid)));
        });
    }

    [Fact]
    public async Task Nonsense_instead_of_a_handshake_costs_no_more_than_the_connection()
    {
        await RunAsync(async (peer, mutation) =>
        {
            await peer.SendAsync(mutation.Apply($"{ScriptedPeer.Info}PONG\r\n{Transcript("1")}"));
        });
    }

    private static async Task RunAsync(Func<ScriptedPeer, Mutation, Task> nonsense)
    {
        var first = Setting("RIDEINGEST_FUZZ_SEED", 1);
        var cases = Setting("RIDEINGEST_FUZZ_CASES", 400);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Parallel.ForEachAsync(
            Enumerable.Range(first, cases), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, _) => await OneAsync(seed, nonsense));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Bound);
    }

    private static async Task OneAsync(int seed, Func<ScriptedPeer, Mutation, Task> nonsense)
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            if (peer.Number == 1)
            {
                await nonsense(peer, new Mutation(seed));
                return;
            }

            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync("fuzz");
            await peer.SendAsync($"MSG fuzz {sid} {Alive.Length}\r\n{Alive}\r\n");
            await peer.AnswerPingsAsync();
        });
        await using var client = new NatsConnection(new NatsOpts
        {
            Url = server.Url,
            RetryOnInitialConnect = true,
            NoRandomize = true,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            ReconnectWaitMin = TimeSpan.FromMilliseconds(1),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(10),
            ReconnectJitter = TimeSpan.Zero,
        });
        using var deadline = new CancellationTokenSource(Recovery);
        try
        {
            await using var sub = await client.SubscribeCoreAsync<string>("fuzz", cancellationToken: deadline.Token);
            while ((await sub.Msgs.ReadAsync(deadline.Token)).Data != Alive)
            {
                // What the nonsense happened to say.
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"Seed {seed} (RIDEINGEST_FUZZ_SEED={seed} RIDEINGEST_FUZZ_CASES=1): {e}");
        }
    }

    private static string Transcript(string sid) =>
        $"+OK\r\nPING\r\nMSG fuzz {sid} 5\r\nhello\r\nMSG fuzz {sid} reply.to 2\r\nhi\r\nHMSG fuzz {sid} 26 31\r\nNATS/1.0\r\nA: 1\r\nB: x y\r\n\r\nworld\r\n"
        + $"HMSG fuzz {sid} 31 31\r\nNATS/1.0 100 Idle Heartbeat\r\n\r\n\r\nPONG\r\n-ERR 'Invalid Subject'\r\nMSG fuzz {sid} 0\r\n\r\n";

    private static int Setting(string name, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
