using System.Diagnostics;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>A consumer that is told to stop leaves, whatever its servers do; and what it had in hand is stored once all the same.</summary>
public sealed class ConsumerStoppingTests
{
    private static readonly TimeSpan Drain = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Outage.Down, Outage.None)]
    [InlineData(Outage.Still, Outage.None)]
    [InlineData(Outage.None, Outage.Down)]
    [InlineData(Outage.None, Outage.Still)]
    [InlineData(Outage.Still, Outage.Still)]
    public async Task Told_to_stop_in_an_outage_it_leaves_within_its_drain(Outage ofNats, Outage ofPostgres)
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var nats = new TcpProxy("127.0.0.1", rig.Nats.Port);
        await using var postgres = new TcpProxy("127.0.0.1", (await TestPostgres.SharedAsync()).Port);
        await ConsumerOutageTests.AckWaitAsync(rig, TimeSpan.FromSeconds(2));
        var leaving = await rig.RunAsync(postgres, $"--nats:url={rig.Nats.UrlAt(nats.Port)}", $"--hosting:drain={Drain.TotalSeconds}s");
        await rig.SendAsync(ConsumerRig.Line(1));

        postgres.Suffer(ofPostgres);
        for (var frame = 0; frame < 20; frame++)
            await rig.PublishAsync(ConsumerRig.Lines(100 + (frame * 10), 10));
        await Eventually.True(async () => await rig.InfoAsync() is { NumAckPending: > 0 } or { AckFloor.StreamSeq: > 1 });
        nats.Suffer(ofNats);
        var since = Stopwatch.GetTimestamp();
        await leaving.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Drain);
        await rig.RunAsync();
        await rig.SettledAsync();
        Assert.Equal(201, await rig.CountAsync());
    }

    [Fact]
    public async Task Told_to_stop_while_it_asks_a_Postgres_that_is_still_it_leaves_at_once()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var postgres = new TcpProxy("127.0.0.1", (await TestPostgres.SharedAsync()).Port);
        var leaving = await rig.RunAsync(postgres, $"--hosting:drain={Drain.TotalSeconds}s");
        await rig.HearAsync(heard => heard.CanStore);

        postgres.BlackHole();
        await rig.HearAsync(heard => !heard.CanStore);
        var since = Stopwatch.GetTimestamp();
        await leaving.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Drain / 3);
    }
}
