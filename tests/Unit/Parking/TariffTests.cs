using System.Globalization;
using RideIngest.Parking.Invoices;

namespace RideIngest.Unit.Parking;

public sealed class TariffTests
{
    // Rules of its own, because the machine may have no time zones: the clocks of central Europe.
    private static readonly TimeZoneInfo Europe = Zone(1, Change(3, 2), Change(10, 3));

    // Clocks that skip midnight on the last Sunday in March.
    private static readonly TimeZoneInfo Skipping = Zone(1, Change(3, 0), Change(10, 3));

    private static readonly Tariff Usual = new(
        TimeSpan.FromMinutes(15), TimeSpan.FromHours(1), Price: 200, DailyMaximum: 2000, "EUR", Europe);

    [Theory]
    [InlineData("no time", "2026-11-02T08:00+01", "2026-11-02T08:00+01", 0)]
    [InlineData("exactly the free minutes", "2026-11-02T08:00+01", "2026-11-02T08:15+01", 0)]
    [InlineData("a second more", "2026-11-02T08:00+01", "2026-11-02T08:15:01+01", 200)]
    [InlineData("exactly a unit", "2026-11-02T08:00+01", "2026-11-02T09:15+01", 200)]
    [InlineData("a second more than a unit", "2026-11-02T08:00+01", "2026-11-02T09:15:01+01", 400)]
    [InlineData("exactly the maximum", "2026-11-02T06:00+01", "2026-11-02T16:15+01", 2000)]
    [InlineData("more than the maximum", "2026-11-02T06:00+01", "2026-11-02T23:00+01", 2000)]
    [InlineData("over midnight", "2026-11-02T22:00+01", "2026-11-03T02:00+01", 800)]
    [InlineData("a maximum for each day", "2026-11-02T10:00+01", "2026-11-03T12:00+01", 4000)]
    [InlineData("midnight is that of the zone", "2026-11-02T12:00Z", "2026-11-02T23:20Z", 2200)]
    [InlineData("many days", "2026-11-02T08:00+01", "2026-11-05T08:00+01", 7600)]
    [InlineData("a year", "2026-01-01T00:00+01", "2027-01-01T00:00+01", 365 * 2000)]
    [InlineData("the clocks go forward: two hours elapse", "2026-03-29T00:45+01", "2026-03-29T04:00+02", 400)]
    [InlineData("a day of 23 hours has one maximum", "2026-03-28T08:00+01", "2026-03-30T00:30+02", 4200)]
    [InlineData("the clocks go back: three hours elapse", "2026-10-25T00:45+02", "2026-10-25T03:00+01", 600)]
    [InlineData("a day of 25 hours has one maximum", "2026-10-25T00:00+02", "2026-10-25T23:59:59+01", 2000)]
    [InlineData("the day after begins at midnight", "2026-10-25T12:00+01", "2026-10-26T00:20+01", 2200)]
    public void A_stay_costs(string why, string entry, string exit, long charge) =>
        Assert.True(charge == Usual.ChargeOf(At(entry), At(exit)), $"{why}: {Usual.ChargeOf(At(entry), At(exit))}");

    [Fact]
    public void Without_a_daily_maximum_each_unit_counts()
    {
        var tariff = Usual with { DailyMaximum = null };

        Assert.Equal(17 * 200, tariff.ChargeOf(At("2026-11-02T06:00+01"), At("2026-11-02T23:00+01")));
        Assert.Equal(0, tariff.ChargeOf(At("2026-11-02T06:00+01"), At("2026-11-02T06:00+01")));
    }

    [Fact]
    public void Without_free_minutes_the_first_second_has_a_price() =>
        Assert.Equal(200, (Usual with { Free = default }).ChargeOf(At("2026-11-02T06:00+01"), At("2026-11-02T06:00:01+01")));

    [Fact]
    public void A_day_whose_midnight_is_skipped_begins_an_hour_later() =>
        Assert.Equal(2200, (Usual with { Zone = Skipping }).ChargeOf(At("2026-03-28T10:00+01"), At("2026-03-29T01:20+02")));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static TimeZoneInfo Zone(int offset, TimeZoneInfo.TransitionTime forward, TimeZoneInfo.TransitionTime back) =>
        TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(offset), "test", "test", "test", [
            TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
                DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), forward, back),
        ]);

    private static TimeZoneInfo.TransitionTime Change(int month, int hour) =>
        TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, hour, 0, 0), month, 5, DayOfWeek.Sunday);
}
