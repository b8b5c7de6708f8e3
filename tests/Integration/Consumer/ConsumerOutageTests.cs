using System.Diagnostics;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>Servers that go away, and consumers that do.</summary>
public sealed class ConsumerOutageTests
{
    [Fact]
    public async Task Two_consumers_share_the_frames_and_each_is_stored_once()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.RunAsync();
        await rig.ReachedAsync();

        for (var frame = 0; frame < 200; frame++)
            await rig.PublishAsync(ConsumerRig.Lines(1 + (frame * 10), 10));

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

        // A busy machine may not report progress in time, and then frames are delivered again.
        await AckWaitAsync(rig, TimeSpan.FromSeconds(30));

        await postgres.StopAsync();
        for (var frame = 0; frame < 30; frame++)
            await rig.PublishAsync(ConsumerRig.Lines(100 + (frame * 10), 10));
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
    public async Task With_nothing_to_store_it_says_that_Postgres_is_still_and_when_it_answers_again()
    {
        await using var network = new TcpProxy("127.0.0.1", (await TestPostgres.SharedAsync()).Port);
        await using var rig = await ConsumerRig.CreateAsync();
        await rig.RunAsync(network);
        var usual = await HeardAsync(canStore: true);

        network.BlackHole();
        var still = await HeardAsync(canStore: false);
        network.Resume();
        await rig.HearAsync(heard => heard.CanStore);

        // The first may take as long as Postgres is asked for; the silence that this was once lasted most of a minute.
        Assert.InRange(still, TimeSpan.Zero, 10 * usual);
        Assert.Equal(1, (await rig.SendAsync(ConsumerRig.Line(1))).Stored);

        async Task<TimeSpan> HeardAsync(bool canStore)
        {
            var since = Stopwatch.GetTimestamp();
            for (var times = 0; times < 4; times++)
                await rig.HearAsync(heard => heard.CanStore == canStore);
            return Stopwatch.GetElapsedTime(since);
        }
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
            await Eventually.True(async () => (await rig.InfoAsync()).NumAckPending == 1);
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

        // Long enough that a machine that stands still for seconds does not miss it.
        var ackWait = TimeSpan.FromSeconds(8);
        await AckWaitAsync(rig, ackWait);
        await rig.RunAsync();
        await rig.RunAsync();
        await rig.SendAsync(ConsumerRig.Line(1));

        await using (var connection = await rig.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand("lock table rides.bookings", connection).ExecuteNonQueryAsync();
            await rig.PublishAsync(ConsumerRig.Line(2));
            var since = Stopwatch.GetTimestamp();
            await rig.HearAsync(heard => !heard.CanStore && Stopwatch.GetElapsedTime(since) > ackWait * 1.75);
            await transaction.RollbackAsync();
        }

        await rig.SettledAsync();
        var info = await rig.InfoAsync();
        Assert.Equal((2UL, 2UL), (info.Delivered.StreamSeq, info.Delivered.ConsumerSeq));
        Assert.Equal(2, await rig.CountAsync());
    }

    [Fact]
    public async Task A_Postgres_that_answers_and_stores_nothing_counts_as_away_until_it_has_stored_something()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var host = await rig.RunAsync("--consumer:hand_back=500ms");
        using var client = new HttpClient { BaseAddress = new Uri(host.Urls[0]) };
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Database.ExecuteAsync("alter table rides.bookings rename to elsewhere");
        await rig.PublishAsync(ConsumerRig.Line(2));
        var last = await rig.HearAsync(heard => !heard.CanStore);
        for (var seconds = 0; seconds < 5; seconds++)
        {
            last = await rig.HearAsync(heard => heard.At > last.At);
            Assert.False(last.CanStore);
            Assert.Contains("does not exist", last.Reason!, StringComparison.Ordinal);
        }
        Assert.Contains("does not exist", await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.Database.ExecuteAsync("alter table rides.elsewhere rename to bookings");

        await rig.HearAsync(heard => heard.CanStore);
        await rig.SettledAsync();
        Assert.Equal(2, await rig.CountAsync());
    }

    [Fact]
    public async Task When_NATS_restarts_work_goes_on()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Nats.RestartAsync();

        await Eventually.True(async () =>
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

    [ServerProcessFact]
    public async Task Frames_that_nats_server_found_again_after_their_consumer_counted_them_as_settled_are_delivered_again()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await new RidesStream(rig.Js.Connection, new SpineSettings(), new Catalog()).ConsumerAsync();
        for (var id = 1; id <= 3; id++)
            await rig.PublishAsync(ConsumerRig.Line(id));
        await rig.Nats.StopAsync();
        var messages = Directory.GetDirectories(rig.Nats.DataDirectory, "msgs", SearchOption.AllDirectories).Single();
        Copy(messages, messages + ".before");
        await rig.Nats.RestartAsync();
        await rig.RunAsync();
        await rig.ReachedAsync();
        await rig.SettledAsync();

        // What a crash may leave: the consumer's file says that they are settled, the stream's says that they are there.
        await rig.Nats.StopAsync();
        await rig.Database.ScalarAsync<long>("with gone as (delete from rides.bookings returning id) select count(*) from gone");
        Directory.Delete(messages, recursive: true);
        Copy(messages + ".before", messages);
        await rig.Nats.RestartAsync();

        await Eventually.True(async () => await rig.CountAsync() == 3);
        await rig.SettledAsync();
        Assert.Equal(0, (await rig.Js.GetStreamAsync(RidesStream.Name)).Info.State.Messages);
    }

    [ServerProcessFact]
    public async Task Frames_that_nats_server_found_again_are_delivered_again_though_it_counts_others_as_in_hand_that_it_has_lost()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await AckWaitAsync(rig, TimeSpan.FromSeconds(1));
        for (var id = 1; id <= 3; id++)
            await rig.PublishAsync(ConsumerRig.Line(id));
        await rig.Nats.StopAsync();
        var messages = Directory.GetDirectories(rig.Nats.DataDirectory, "msgs", SearchOption.AllDirectories).Single();
        Copy(messages, messages + ".all");
        await rig.Nats.RestartAsync();
        await rig.ReachedAsync();
        for (var id = 2UL; id <= 3; id++)
            await rig.Js.DeleteMessageAsync(RidesStream.Name, new StreamMsgDeleteRequest { Seq = id });
        await rig.Nats.StopAsync();
        Directory.Move(messages, messages + ".first");
        Directory.Move(messages + ".all", messages);
        await rig.Nats.RestartAsync();
        await rig.ReachedAsync();
        var consumer = await rig.Js.GetConsumerAsync(RidesStream.Name, RidesStream.Consumer);
        await foreach (var message in consumer.FetchAsync<byte[]>(new NatsJSFetchOpts { MaxMsgs = 3 }))
        {
            if (message.Metadata!.Value.Sequence.Stream == 1)
                await message.AckAsync(new AckOpts { DoubleAck = true });
        }

        // What a crash may leave: the consumer's file says that the first is settled and the others are in hand; the stream has the first,
        // and no other.
        await rig.Nats.StopAsync();
        Directory.Delete(messages, recursive: true);
        Directory.Move(messages + ".first", messages);
        await rig.Nats.RestartAsync();
        await rig.ReachedAsync();
        Assert.Equal(2, (await rig.InfoAsync()).NumAckPending);
        await rig.RunAsync("--consumer:hand_back=0s", "--postgres:command_timeout=1s");

        await Eventually.True(async () => await rig.CountAsync() == 1);
        await rig.SettledAsync();
        Assert.Equal(0, (await rig.Js.GetStreamAsync(RidesStream.Name)).Info.State.Messages);

        // As its operator had it, though it was made anew.
        Assert.Equal(TimeSpan.FromSeconds(1), (await rig.InfoAsync()).Config.AckWait);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    internal static async Task AckWaitAsync(ConsumerRig rig, TimeSpan ackWait)
    {
        var consumer = await new RidesStream(rig.Js.Connection, new SpineSettings(), new Catalog()).ConsumerAsync();
        var config = consumer.Info.Config;
        config.AckWait = ackWait;
        await rig.Js.UpdateConsumerAsync(RidesStream.Name, config);
    }
}
