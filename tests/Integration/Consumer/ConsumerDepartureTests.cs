using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>How consumers end, as processes.</summary>
public sealed class ConsumerDepartureTests
{
    private const int Frames = 400;
    private const int Records = 100;

    [Fact]
    public async Task A_consumer_that_is_asked_to_stop_leaves_nothing_to_be_delivered_again()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var leaving = rig.Spawn();
        await rig.ReachedAsync();
        var publishing = PublishAsync(rig);
        await Eventually.True(async () => (await rig.InfoAsync()).AckFloor.StreamSeq > 20);

        leaving.Terminate();
        var code = await leaving.ExitAsync();
        await publishing;

        var info = await rig.InfoAsync();
        Assert.Equal(0, code);
        Assert.Contains("everything finished", leaving.Said, StringComparison.Ordinal);
        Assert.Equal((0, 0), (info.NumAckPending, info.NumRedelivered));
        Assert.Equal(info.Delivered.StreamSeq, info.Delivered.ConsumerSeq);
        Assert.Equal((long)info.Delivered.StreamSeq * Records, await rig.CountAsync());

        await rig.RunAsync();
        await rig.SettledAsync();
        info = await rig.InfoAsync();
        Assert.Equal(info.Delivered.StreamSeq, info.Delivered.ConsumerSeq);
        Assert.Equal(Frames * Records, await rig.CountAsync());
    }

    [Fact]
    public async Task What_a_killed_consumer_had_in_hand_is_delivered_again_and_stored_once()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await ConsumerOutageTests.AckWaitAsync(rig, TimeSpan.FromSeconds(2));
        var killed = rig.Spawn();
        await rig.SendAsync(ConsumerRig.Line(1_000_000));

        await using (var connection = await rig.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand("lock table rides.bookings in share mode", connection).ExecuteNonQueryAsync();
            await PublishAsync(rig);
            await Eventually.True(async () => (await rig.InfoAsync()).NumAckPending > 0);
            killed.Kill();
            await killed.ExitAsync();
            await transaction.RollbackAsync();
        }
        await rig.RunAsync();

        await rig.SettledAsync();
        var info = await rig.InfoAsync();
        Assert.True(info.Delivered.ConsumerSeq > info.Delivered.StreamSeq);
        Assert.Equal((Frames * Records) + 1, await rig.CountAsync());
        Assert.Equal(0, await rig.CountAsync("ops.dead_letters"));
    }

    [Fact]
    public async Task A_consumer_that_stops_while_Postgres_is_away_gives_its_frames_back()
    {
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var rig = await ConsumerRig.StartAsync(postgres);
        await rig.SendAsync(ConsumerRig.Line(1));
        var leaving = rig.Spawn();
        await rig.HearAsync(heard => heard.CanStore && heard.Instance != Instance);
        await postgres.StopAsync();
        await rig.PublishAsync(ConsumerRig.Line(2));
        await rig.HearAsync(heard => !heard.CanStore && heard.Instance != Instance);

        leaving.Terminate();
        var code = await leaving.ExitAsync();
        await postgres.RestartAsync();

        await rig.SettledAsync();
        Assert.Equal(0, code);
        Assert.Equal(2, await rig.CountAsync());
    }

    private static string Instance => $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}";

    private static async Task PublishAsync(ConsumerRig rig)
    {
        for (var frame = 0; frame < Frames; frame++)
            await rig.PublishAsync(ConsumerRig.Lines(1 + (frame * Records), Records));
    }
}
