using RideIngest.Hosting.Access;

namespace RideIngest.Unit.Hosting;

public sealed class KeyRateTests
{
    private readonly SetClock _clock = new();

    [Theory]
    [InlineData(600, 100)]
    [InlineData(50, 5)]
    [InlineData(7, 1)]
    public void Of_many_senders_of_one_key_each_is_refused_once_and_passes_when_it_was_told_to_come_back(int senders, int perSecond)
    {
        var rate = new KeyRate(perSecond, _clock);
        var refused = 0;
        var waiting = new PriorityQueue<int, TimeSpan>(Enumerable.Range(0, senders).Select(sender => (sender, TimeSpan.Zero)));

        while (waiting.TryDequeue(out var sender, out var at))
        {
            _clock.Now = at;
            if (rate.TryTake(1, out _))
                continue;
            refused++;

            // As Retry-After says it: in whole seconds.
            waiting.Enqueue(sender, at + TimeSpan.FromSeconds(Math.Ceiling(rate.NextTurn().TotalSeconds)));
        }

        Assert.Equal(senders - perSecond, refused);
        Assert.InRange(_clock.Now.TotalSeconds, (senders - perSecond) / (double)perSecond, Math.Ceiling(senders / (double)perSecond));
    }

    [Fact]
    public void The_debt_of_an_upload_comes_before_the_turns_of_those_behind_it()
    {
        var rate = new KeyRate(10, _clock);
        Assert.True(rate.TryTake(40, out _));

        Assert.Equal(3.1, rate.NextTurn().TotalSeconds, 3);
        Assert.Equal(3.2, rate.NextTurn().TotalSeconds, 3);
    }

    [Fact]
    public void Turns_that_nobody_waited_for_end_with_a_minute()
    {
        var rate = new KeyRate(10, _clock);
        rate.TryTake(10, out _);

        for (var i = 0; i < 10_000; i++)
            rate.NextTurn();

        Assert.Equal(60, rate.NextTurn().TotalSeconds, 3);
        _clock.Now = TimeSpan.FromSeconds(61);
        Assert.True(rate.TryTake(1, out _));
    }

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
