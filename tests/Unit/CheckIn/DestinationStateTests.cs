using RideIngest.CheckIn.Deliveries;

namespace RideIngest.Unit.CheckIn;

/// <summary>The circuit breaker and the rate limit that all processes share.</summary>
public sealed class DestinationStateTests
{
    private const double Rate = 10;

    private static readonly DateTimeOffset Start = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly Guid[] Events = [.. Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7())];

    private static readonly Delivery Done = new(DeliveryEnd.Done);
    private static readonly Delivery Failed = new(DeliveryEnd.Failed, "500");

    [Fact]
    public void Calls_are_spaced_by_the_rate_and_planned_for_two_seconds_at_most()
    {
        var (turns, after) = Take(new(), Start, Events);
        var (more, last) = Take(after, Start, Events);

        Assert.Equal((20, TimeSpan.Zero, TimeSpan.FromSeconds(0.1)), (turns.Count, turns.Wait, turns.Spacing));
        Assert.Equal((1, TimeSpan.FromSeconds(2)), (more.Count, more.Wait));
        Assert.Equal(0, Take(last, Start, Events).Turns.Count);
    }

    [Fact]
    public void The_breaker_opens_after_five_failures_in_a_row()
    {
        var four = Ended(new(), Events.Take(4).Select(id => (id, Failed)));

        Assert.False(four.IsOpen);
        Assert.False(Ended(four, [(Events[4], Done), (Events[5], Failed)]).IsOpen);
        Assert.True(Ended(four, [(Events[4], Failed)]).IsOpen);
        Assert.True(Ended(new(), Enumerable.Repeat((Events[0], Failed), 5)).IsOpen);
    }

    [Fact]
    public void Repeated_failures_that_may_be_the_events_count_once_and_cost_it_attempts()
    {
        var repeated = Ended(new(), Enumerable.Repeat((Events[0], Failed with { MayBeTheEvent = true }), 20));

        Assert.Equal((false, 1), (repeated.IsOpen, repeated.Failures));
        Assert.True(Take(repeated, Start, [Events[0]]).Turns.CostsAttempt);
        Assert.False(Ended(repeated, Events.Skip(1).Take(3).Select(id => (id, Failed))).IsOpen);
        Assert.True(Ended(repeated, Events.Skip(1).Take(4).Select(id => (id, Failed))).IsOpen);
    }

    [Fact]
    public void The_reason_is_that_of_the_last_call_or_of_the_open_breaker()
    {
        var failed = Ended(new(), [(Events[0], Failed)]);
        var open = Ended(new(), Events.Take(5).Select(id => (id, Failed)));

        Assert.Equal("500", failed.Reason);
        Assert.Null(Ended(failed, [(Events[1], Done)]).Reason);
        Assert.Equal("429", Ended(failed, [(Events[1], new(DeliveryEnd.Limited, "429"))]).Reason);
        Assert.Equal("500", Ended(open, [(Events[6], Done)]).Reason);
        Assert.Null(Ended(open, Events.Take(3).Select(id => (id, Done))).Reason);
    }

    [Fact]
    public void An_open_breaker_lets_one_call_through_at_each_interval_and_closes_after_three_successes()
    {
        var open = Ended(new(), Events.Take(5).Select(id => (id, Failed)));

        Assert.Equal((0, Pause), (Take(open, Start, Events).Turns.Count, Take(open, Start, Events).Turns.Wait));
        var (trial, asked) = Take(open, Start + Pause, Events);
        Assert.Equal((1, true), (trial.Count, trial.IsTrial));
        Assert.Equal(0, Take(asked, Start + Pause, Events).Turns.Count);
        var failed = Ended(asked, [(Events[0], Failed)], Start + Pause);
        Assert.Equal(0, Take(failed, Start + Pause, Events).Turns.Count);
        var state = failed;
        for (var success = 0; success < DestinationState.SuccessesToClose; success++)
        {
            Assert.True(state.IsOpen);
            var at = Start + ((2 + success) * Pause);
            Assert.Equal(success > 0, Take(state, at, Events).Turns.CostsAttempt);
            state = Ended(Take(state, at, Events).After, [(Events[6], Done)], at);
            Assert.True(!state.IsOpen || Take(state, at, Events).Turns.Count == 0);
        }
        Assert.False(state.IsOpen);
    }

    [Fact]
    public void The_event_that_failed_on_trial_lets_another_one_try_first()
    {
        var open = Ended(new(), Events.Take(5).Select(id => (id, Failed)));
        var due = Start + Pause;

        Assert.Equal(1, Take(open, due, [Events[4], Events[7]]).Turns.First);
        Assert.Equal(0, Take(open, due, [Events[4]]).Turns.Count);
        Assert.Equal(1, Take(open, due, [Events[7]]).Turns.Count);
        Assert.Equal(1, Take(open, due + Pause, [Events[4]]).Turns.Count);
    }

    [Fact]
    public void Too_many_calls_halve_the_rate_once_for_a_while()
    {
        var limited = Ended(
            new(), Events.Take(3).Select(id => (id, new Delivery(DeliveryEnd.Limited, "429", TimeSpan.FromSeconds(3)))));

        Assert.Equal(5, limited.RateAt(Start, Rate));
        Assert.Equal(Rate, limited.RateAt(Start.AddMinutes(1), Rate));
        Assert.Equal((0, TimeSpan.FromSeconds(3)), (Take(limited, Start, Events).Turns.Count, Take(limited, Start, Events).Turns.Wait));
        Assert.False(limited.IsOpen);
    }

    private static (Turns Turns, DestinationState After) Take(DestinationState state, DateTimeOffset at, IReadOnlyList<Guid> events) =>
        state.Take(at, events, Rate, Pause, Patience);

    private static DestinationState Ended(DestinationState state, IEnumerable<(Guid, Delivery)> ended, DateTimeOffset? at = null) =>
        state.After(at ?? Start, ended, Rate, Pause);
}
