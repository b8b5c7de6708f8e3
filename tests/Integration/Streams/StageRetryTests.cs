using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>What a stage promises about events that are retried for long.</summary>
public sealed class StageRetryTests
{
    [Fact]
    public async Task An_event_that_is_retried_forever_stays_is_shown_by_the_metrics_and_lets_others_pass()
    {
        await using var rig = await StageRig.CreateAsync();
        using var metrics = new StageMetrics(rig.Retries);
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "done"), new Parcel(2, "never"), new Parcel(3, "done"));
        await Eventually.True(() => rig.Step.Tries.GetValueOrDefault(2) > 10);
        await rig.PublishAsync(new Parcel(4, "done"));

        await Eventually.True(async () => await rig.HandedOnAsync() is [1, 3, 4]);
        await Eventually.True(() => metrics.Read() is { Backlog: 1, Age: > 1 });
        Assert.Empty(await rig.LettersAsync());
    }

    [Fact]
    public async Task That_events_wait_is_logged_once_and_that_none_waits_any_more_too_whatever_passes_in_between()
    {
        const int EventsWait = 3211;
        const int GoesOn = 3212;
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "gated"), new Parcel(2, "done"));
        for (var id = 3; id <= 5; id++)
        {
            await rig.PublishAsync(new Parcel(id, "done"), new Parcel(100 + id, "gated"));
            await rig.PublishAsync(new Parcel(200 + id, "gated"));
            await Eventually.True(() => rig.Step.Tries.GetValueOrDefault(200 + id) > 2);
        }
        Assert.Equal([EventsWait], rig.Log.Ids);
        rig.Step.Gate.SetResult();
        await rig.SettledAsync(11);

        await Eventually.True(() => rig.Log.Ids.Count > 1);
        Assert.Equal([EventsWait, GoesOn], rig.Log.Ids);
    }

    [Fact]
    public async Task An_event_that_is_not_done_in_the_time_of_its_stage_becomes_a_dead_letter()
    {
        await using var rig = await StageRig.CreateAsync();
        rig.Change = usual => usual with { RetryFor = TimeSpan.FromSeconds(1), MostAttempts = int.MaxValue };
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "never"));
        await rig.PublishAsync(new Parcel(2, "throw"), new Parcel(3, "done"));

        await Eventually.True(async () => await rig.LettersAsync() is { Count: 2 });
        Assert.Equal([3L], await rig.SettledAsync(1));
        Assert.All(
            (await rig.LettersAsync()).Order().Zip(["1 system expired ", "2 system unexpected "]),
            letter => Assert.StartsWith(letter.Second, letter.First, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_with_a_time_to_come_back_waits_that_long_without_an_attempt_alone_or_among_others()
    {
        await using var rig = await StageRig.CreateAsync();
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "later"));
        await rig.PublishAsync(new Parcel(2, "done"), new Parcel(3, "later"));
        await rig.RetriedApartAsync(2);
        await rig.PublishAsync(new Parcel(4, "retry"), new Parcel(5, "done"));

        await Eventually.True(async () => (await rig.HandedOnAsync()).Order() is var ids && ids.SequenceEqual([2L, 4, 5]));
        Assert.Equal((1, 1), (rig.Step.Tries[1], rig.Step.Tries[3]));
        await rig.RetriedApartAsync(2);
        Assert.Equal(0, (await rig.ConsumerAsync()).NumAckPending);
    }
}
