using System.Text.Json;
using RideIngest.Casino.Aggregates;
using static RideIngest.Unit.Casino.SampleEvents;

namespace RideIngest.Unit.Casino;

public sealed class EventAggregatesTests
{
    private readonly StandingClock _clock = new();
    private readonly EventAggregates _aggregates;

    public EventAggregatesTests()
    {
        _aggregates = new(_clock);
        _aggregates.Begin();
    }

    private string Json => JsonSerializer.Serialize(_aggregates.Figures, FiguresEndpoint.Json);

    [Fact]
    public void Before_any_event_there_are_zeros_and_nulls() => Assert.Equal(
        """{"events_total":0,"events_per_minute":0,"events_per_second_moving_average":0,"top_player_bets":null,"top_player_wins":null,"top_player_deposits":null}""",
        Json);

    [Fact]
    public void The_answer_reads_as_agreed()
    {
        _aggregates.Count([Bet(1, 10), Bet(2, 10), Bet(3, 11, won: true), Deposit(4, 12, 15_000)]);
        _clock.Pass(32);
        Assert.Equal(
            """{"events_total":4,"events_per_minute":7.5,"events_per_second_moving_average":0.13,"top_player_bets":{"id":10,"count":2},"top_player_wins":{"id":11,"count":1},"top_player_deposits":{"id":12,"count":15000}}""",
            Json);
    }

    [Fact]
    public void An_event_that_comes_twice_counts_once()
    {
        Assert.Equal(2, _aggregates.Count([Bet(1), Bet(2), Bet(1)]).Count);
        Assert.Empty(_aggregates.Count([Bet(2)]));
        Assert.Equal((2, 2m), (_aggregates.Figures.EventsTotal, _aggregates.Figures.TopPlayerBets!.Count));
    }

    [Fact]
    public void Ties_go_to_the_lower_id()
    {
        _aggregates.Count(
            [Bet(1, 12, won: true), Bet(2, 11, won: true), Bet(3, 13, won: true),
            Deposit(4, 15, 500), Deposit(5, 14, 200), Deposit(6, 14, 300)]);
        var figures = _aggregates.Figures;
        Assert.Equal((11, 11, 14), (figures.TopPlayerBets!.Id, figures.TopPlayerWins!.Id, figures.TopPlayerDeposits!.Id));
    }

    [Fact]
    public void Deposits_are_summed_in_EUR_cents_and_bets_are_not_deposits()
    {
        _aggregates.Count([Deposit(1, 12, 700), Deposit(2, 12, 800), Bet(3, 13, euros: 9_000)]);
        Assert.Equal(new Top(12, 1500), _aggregates.Figures.TopPlayerDeposits);
    }

    [Fact]
    public void Sums_beyond_64_bits_are_exact()
    {
        for (var id = 1; id <= 20; id++)
            _aggregates.Count([Deposit(id, 12, 1_000_000_000_000_000_000)]);
        Assert.Contains("\"top_player_deposits\":{\"id\":12,\"count\":20000000000000000000}", Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Rates_are_over_the_time_that_has_passed_while_that_is_short()
    {
        _aggregates.Count([.. Enumerable.Range(1, 30).Select(id => Bet(id))]);
        Assert.Equal((1800, 30), (_aggregates.Figures.EventsPerMinute, _aggregates.Figures.EventsPerSecondMovingAverage));
        _clock.Pass(10);
        Assert.Equal((180, 3), (_aggregates.Figures.EventsPerMinute, _aggregates.Figures.EventsPerSecondMovingAverage));
        _clock.Pass(30);
        Assert.Equal((45, 0.75), (_aggregates.Figures.EventsPerMinute, _aggregates.Figures.EventsPerSecondMovingAverage));
    }

    [Fact]
    public void The_moving_average_forgets_what_was_before_the_last_minute()
    {
        _aggregates.Count([.. Enumerable.Range(1, 600).Select(id => Bet(id))]);
        _clock.Pass(59.5);
        Assert.Equal(10.08, _aggregates.Figures.EventsPerSecondMovingAverage);
        _clock.Pass(0.5);
        Assert.Equal(0, _aggregates.Figures.EventsPerSecondMovingAverage);
        _clock.Pass(540);
        _aggregates.Count([Bet(1000)]);
        Assert.Equal((60.1, 0.02), (_aggregates.Figures.EventsPerMinute, _aggregates.Figures.EventsPerSecondMovingAverage));
    }

    [Fact]
    public void The_seconds_of_the_chart_are_those_that_are_over()
    {
        _aggregates.Count([Bet(1), Bet(2)]);
        _clock.Pass(1);
        _aggregates.Count([Bet(3)]);
        _clock.Pass(2);
        var seconds = _aggregates.View.Seconds;
        Assert.Equal((120, 3), (seconds.Count, seconds.Sum()));
        Assert.Equal([2, 1, 0], seconds.TakeLast(3));
    }

    [Fact]
    public void Counting_that_begins_anew_begins_at_nothing()
    {
        _aggregates.Count([Bet(1), Deposit(2, 12, 5)]);
        _aggregates.Begin();
        Before_any_event_there_are_zeros_and_nulls();
        Assert.Single(_aggregates.Count([Bet(1)]));
    }
}
