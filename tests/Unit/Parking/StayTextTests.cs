using RideIngest.Hosting.Config;
using RideIngest.Parking.Events;

namespace RideIngest.Unit.Parking;

public sealed class StayTextTests
{
    [Theory]
    [InlineData("00:00:00", "0s")]
    [InlineData("00:00:00.250", "0.25s")]
    [InlineData("00:00:59.9999990", "59.999999s")]
    [InlineData("00:01:00", "1m0s")]
    [InlineData("00:02:03.5", "2m3.5s")]
    [InlineData("01:00:00", "1h0m0s")]
    [InlineData("01:02:03", "1h2m3s")]
    [InlineData("1.00:00:00", "24h0m0s")]
    [InlineData("7.01:02:03", "169h2m3s")]
    public void A_duration_has_hours_minutes_and_seconds(string duration, string text)
    {
        var given = TimeSpan.Parse(duration, null);

        Assert.Equal(text, StayText.Of(given));
        Assert.True(Duration.TryParse(text, out var read));
        Assert.Equal(given, read);
        Assert.True(StayText.IsValid(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("=1+1")]
    [InlineData("-1h")]
    [InlineData("1h\n2m")]
    public void A_duration_in_a_request_begins_with_a_digit_and_is_printable(string text) => Assert.False(StayText.IsValid(text));
}
