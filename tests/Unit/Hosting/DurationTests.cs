using RideIngest.Hosting.Config;

namespace RideIngest.Unit.Hosting;

public sealed class DurationTests
{
    [Theory]
    [InlineData("5s", 5_000)]
    [InlineData("250ms", 250)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2d", 172_800_000)]
    [InlineData("00:00:05", 5_000)]
    [InlineData("0", 0)]
    [InlineData(" 10m ", 600_000)]
    public void What_people_write_is_read(string text, double milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5s5s")]
    [InlineData("30m1h")]
    [InlineData("5 parsecs")]
    [InlineData("-00:00:05")]
    [InlineData("1e9d")]
    [InlineData("999999999999d")]
    [InlineData("1..5s")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData("1d2h3m4s5ms")]
    [InlineData("0s")]
    [InlineData("1h30m")]
    public void A_duration_is_written_as_it_is_read(string text)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(text, Duration.Format(duration));
    }
}
