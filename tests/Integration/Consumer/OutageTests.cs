using System.Diagnostics;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Integration.Records;
using RideIngest.Spine;
using RideIngest.TestKit;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Consumer;

/// <summary>Servers that go away, and consumers that do.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Two_consumers_share_the_frames_and_each_is_stored_once()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.RunAsync();
        await rig.ReachedAsync();

        for (var frame = 0; frame < 200; frame++) await rig.PublishAsync(ConsumerRig.Lines(1 + (frame * 10), 10));

        await rig.SettledAsync();
        var info = await rig.InfoAsync();
        Assert.Equal(2000, await rig.CountAsync());
        Assert.Equal((200UL, 200UL), (info.Delivered.StreamSeq, info.Delivered.ConsumerSeq));
        Assert.Equal(0, await rig.CountAsync("ops.dead_letters"));
    }

    [Fact]
    public async Task While_Postgres_is_away_frames_are_kept_and_when_it_returns_they_are_stored_once()
    {
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var rig = await ConsumerRig.StartAsync(postgres);
        await rig.HearAsync(heard => heard.CanStore);
        await rig.SendAsync(ConsumerRig.Line(1));

        await postgres.StopAsync();
        for (var frame = 0; frame < 30; frame++) await rig.PublishAsync(ConsumerRig.Lines(100 + (frame * 10), 10));
        var away = await rig.HearAsync(heard => !heard.CanStore && heard.Backlog > 0);
        await postgres.RestartAsync();

        await rig.SettledAsync();
        var info = await rig.InfoAsync();
        Assert.NotEmpty(away.Reason!);
        Assert.Equal(301, await rig.CountAsync());
        Assert.Equal(info.Delivered.StreamSeq, info.Delivered.ConsumerSeq);
        Assert.True((await rig.HearAsync(heard => heard.CanStore && heard.Backlog == 0)).CanStore);
    }

    [Fact]
    public async Task A_consumer_that_starts_before_its_servers_tables_can_be_made_stores_as_soon_as_Postgres_is_there()
    {
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var rig = await ConsumerRig.CreateAsync(postgres);
        await postgres.StopAsync();
        await rig.RunAsync();
        await rig.ReachedAsync();
        await rig.PublishAsync(ConsumerRig.Line(1));
        await rig.HearAsync(heard => !heard.CanStore);

        await postgres.RestartAsync();

        await rig.SettledAsync();
        Assert.Equal(1, await rig.CountAsync());
    }

    [Fact]
    public async Task A_consumer_that_alone_cannot_reach_Postgres_gives_its_frames_to_those_that_can()
    {
        var server = await TestPostgres.SharedAsync();
        await using var network = new TcpProxy("127.0.0.1", server.Port);
        await using var rig = await ConsumerRig.CreateAsync();
        await rig.RunAsync(network, "--consumer:hand_back=1s");
        await rig.SendAsync(ConsumerRig.Line(1));

        await using (var connection = await rig.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand("lock table rides.bookings", connection).ExecuteNonQueryAsync();
            await rig.PublishAsync(ConsumerRig.Line(2));
            await ConsumerRig.UntilAsync(async () => (await rig.InfoAsync()).NumAckPending == 1);
            network.Refusing = true;
            network.Reset();
            await transaction.RollbackAsync();
        }
        await rig.HearAsync(heard => !heard.CanStore);
        await rig.RunAsync();

        await rig.SettledAsync();
        Assert.Equal(2, await rig.CountAsync());
    }

    [Fact]
    public async Task While_a_store_takes_long_its_frames_are_not_delivered_again()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var ackWait = TimeSpan.FromSeconds(6);
        await AckWaitAsync(rig, ackWait);
        await rig.RunAsync();
        await rig.SendAsync(ConsumerRig.Line(1));

        await using (var connection = await rig.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand("lock table rides.bookings", connection).ExecuteNonQueryAsync();
            await rig.PublishAsync(ConsumerRig.Line(2));
            var since = Stopwatch.GetTimestamp();
            await rig.HearAsync(heard => !heard.CanStore && Stopwatch.GetElapsedTime(since) > ackWait * 1.5);
            await transaction.RollbackAsync();
        }

        await rig.SettledAsync();
        var info = await rig.InfoAsync();
        Assert.Equal((2UL, 2UL), (info.Delivered.StreamSeq, info.Delivered.ConsumerSeq));
        Assert.Equal(2, await rig.CountAsync());
    }

    [Fact]
    public async Task When_NATS_restarts_work_goes_on()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Nats.RestartAsync();

        await ConsumerRig.UntilAsync(async () =>
        {
            try
            {
                await rig.PublishAsync(ConsumerRig.Line(2));
                return true;
            }
            catch (NATS.Client.Core.NatsException)
            {
                return false;
            }
        });
        await rig.SettledAsync();
        Assert.Equal(2, await rig.CountAsync());
    }

    [Fact]
    public async Task A_stream_that_somebody_deletes_is_made_again()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Js.DeleteStreamAsync(RidesStream.Name);

        Assert.Equal(1, (await rig.SendAsync(ConsumerRig.Line(2))).Stored);
    }

    internal static async Task AckWaitAsync(ConsumerRig rig, TimeSpan ackWait)
    {
        var consumer = await RidesStream.EnsureAsync(rig.Js, new SpineSettings());
        var config = consumer.Info.Config;
        config.AckWait = ackWait;
        await rig.Js.UpdateConsumerAsync(RidesStream.Name, config);
    }
}
