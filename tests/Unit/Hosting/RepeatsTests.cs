using RideIngest.Hosting.Retries;

namespace RideIngest.Unit.Hosting;

/// <summary>How often a warning that repeats is logged.</summary>
public sealed class RepeatsTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void It_is_logged_at_once_and_then_once_a_minute_with_the_number_of_times_since()
    {
        var repeats = new Repeats(_clock);

        Assert.Equal("", repeats.Next("away"));
        for (var times = 0; times < 3; times++)
            Assert.Null(repeats.Next("away"));
        _clock.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(" (again, 4 times since the last such line)", repeats.Next("away"));
        Assert.Null(repeats.Next("away"));
        _clock.Pass(TimeSpan.FromSeconds(59));
        Assert.Null(repeats.Next("away"));
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(" (again, 3 times since the last such line)", repeats.Next("away"));
    }

    [Fact]
    public void Another_reason_is_logged_at_once()
    {
        var repeats = new Repeats(_clock);

        Assert.Equal("", repeats.Next("away"));
        Assert.Equal("", repeats.Next("refused"));
        Assert.Null(repeats.Next("away"));
        _clock.Pass(TimeSpan.FromHours(1));
        Assert.Equal(" (again, 2 times since the last such line)", repeats.Next("away"));
        Assert.Equal(" (again)", repeats.Next("refused"));
    }

    [Fact]
    public void The_end_says_how_often_it_happened_once_and_what_happens_later_is_logged_at_once()
    {
        var repeats = new Repeats(_clock);
        repeats.Next("away");
        repeats.Next("away");
        repeats.Next("refused");

        Assert.Equal(3, repeats.End());
        Assert.Equal(0, repeats.End());
        Assert.Equal("", repeats.Next("away"));
    }

    [Fact]
    public void Reasons_without_end_take_no_memory_without_end()
    {
        var repeats = new Repeats(_clock);
        for (var reason = 0; reason < 1000; reason++)
        {
            _clock.Pass(TimeSpan.FromMilliseconds(1));
            Assert.Equal("", repeats.Next($"{reason}"));
        }

        Assert.Null(repeats.Next("999"));
        Assert.Equal("", repeats.Next("0"));
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}
