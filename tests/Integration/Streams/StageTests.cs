using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>What every stage promises, whatever its step does.</summary>
public sealed class StageTests
{
    [Fact]
    public async Task Done_events_are_handed_on_in_their_order()
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "done"), new Parcel(2, "done"));
        await rig.PublishAsync(new Parcel(3, "done"));

        Assert.Equal([1L, 2, 3], await rig.SettledAsync(3));
    }

    [Fact]
    public async Task An_event_to_retry_keeps_no_neighbour_and_is_handed_on_later()
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "done"), new Parcel(2, "retry"), new Parcel(3, "done"));

        Assert.Equal([1L, 3, 2], await rig.SettledAsync(3));
        Assert.Equal((1, 3, 1), (rig.Step.Tries[1], rig.Step.Tries[2], rig.Step.Tries[3]));
    }

    [Fact]
    public async Task What_cannot_be_read_and_what_the_step_refuses_become_dead_letters()
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync("no JSON\n{\"id\":1,\"does\":\"refuse\"}\n{\"id\":2,\"does\":\"done\"}");

        Assert.Equal([2L], await rig.SettledAsync(1));
        Assert.Equal(["- poison unreadable 1", "1 poison refused 1"], await rig.LettersAsync());
    }

    [Fact]
    public async Task A_message_whose_headers_cannot_be_read_becomes_a_dead_letter_with_its_bytes()
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();
        await rig.PublishAsync(new Parcel(1, "done"));

        rig.PublishRaw("NATS/1.0\r\nno header at all\r\n\r\n", "{\"id\":2,\"does\":\"done\"}");

        await Eventually.True(async () => await rig.LettersAsync() is ["- poison unreadable 1"]);
        Assert.Equal([1L], await rig.SettledAsync(1));
        Assert.Equal(
            "{\"id\":2,\"does\":\"done\"}",
            await rig.Database.ScalarAsync<string>("select convert_from(payload, 'utf8') from ops.dead_letters"));
    }

    [Theory]
    [InlineData("throw")]
    [InlineData("hang")]
    public async Task An_event_that_the_step_fails_on_becomes_a_dead_letter_after_its_attempts_and_its_neighbours_go_on(string does)
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "done"), new Parcel(2, does), new Parcel(3, "done"));

        Assert.Equal([1L, 3], (await rig.SettledAsync(2)).Order());
        Assert.Equal(["2 system unexpected 3"], await rig.LettersAsync());
    }

    [Fact]
    public async Task In_a_stage_with_its_own_reach_an_event_that_the_step_fails_on_becomes_a_dead_letter_without_its_neighbours()
    {
        await using var rig = await StageRig.CreateAsync();
        rig.Change = usual => usual with
        {
            Reach = (config, cancellationToken) => usual.Stream.OnlyConsumerAsync(config, TimeSpan.FromSeconds(5), cancellationToken),
        };
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "done"), new Parcel(2, "throw"), new Parcel(3, "done"));

        Assert.Equal([1L, 3], await rig.SettledAsync(2));
        Assert.Equal(["2 system unexpected 3"], await rig.LettersAsync());
    }

    [Fact]
    public async Task Two_processes_share_the_work_and_hand_each_event_on_once()
    {
        const int Frames = 200;
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();
        await rig.StartAsync();

        for (var id = 1; id <= Frames; id++)
            await rig.PublishAsync(new Parcel(id, "done"));

        Assert.Equal(Enumerable.Range(1, Frames).Select(id => (long)id), (await rig.SettledAsync(Frames)).Order());
    }

    [Fact]
    public async Task A_process_that_is_asked_to_stop_settles_what_it_has_and_leaves_nothing_to_be_delivered_again()
    {
        await using var rig = await StageRig.CreateAsync();
        var host = await rig.StartAsync();
        await rig.PublishAsync(new Parcel(1, "wait"));
        await Eventually.True(() => Task.FromResult(rig.Step.Tries.ContainsKey(1)));

        var stopping = host.StopAsync();
        rig.Step.Gate.SetResult();
        await stopping;

        Assert.Equal([1L], await rig.HandedOnAsync());
        var consumer = await rig.ConsumerAsync();
        Assert.Equal((0, 0), (consumer.NumAckPending, consumer.NumRedelivered));
    }

    [Fact]
    public async Task While_Postgres_is_away_dead_letters_wait_in_the_stream()
    {
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var rig = await StageRig.CreateAsync(database: await postgres.CreateDatabaseAsync("parcels"));
        await rig.StartAsync();
        await rig.PublishAsync(new Parcel(1, "done"));
        await rig.SettledAsync(1);
        await postgres.StopAsync();

        await rig.PublishAsync(new Parcel(2, "refuse"), new Parcel(3, "done"));
        await Eventually.True(() => Task.FromResult(rig.Step.Tries.GetValueOrDefault(2) > 1));
        await postgres.RestartAsync();

        Assert.Equal([1L, 3], await rig.SettledAsync(2));
        Assert.Single(await rig.LettersAsync());
    }

    [Fact]
    public async Task After_NATS_was_away_events_go_on()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var rig = await StageRig.CreateAsync(nats);
        await rig.StartAsync();
        await rig.PublishAsync(new Parcel(1, "done"));
        await rig.SettledAsync(1);

        await nats.RestartAsync();
        await Eventually.True(async () =>
        {
            await rig.PublishAsync(new Parcel(2, "done"));
            return true;
        });

        Assert.Contains(2L, await rig.SettledAsync(1));
    }
}
