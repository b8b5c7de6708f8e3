using RideIngest.Parking.Settings;

namespace RideIngest.Parking.Invoices;

/// <summary>What a stay costs. Amounts are in the smallest unit of the currency.</summary>
/// <param name="Free">The first part of a stay, which costs nothing.</param>
/// <param name="Price">The price of each unit that is started after that.</param>
/// <param name="DailyMaximum">The most that the units which start on one calendar day of the zone cost; null for no maximum.</param>
internal sealed record Tariff(TimeSpan Free, TimeSpan Unit, long Price, long? DailyMaximum, string Currency, TimeZoneInfo Zone)
{
    public static Tariff Of(TariffSettings settings) => new(
        settings.Free, settings.Unit, settings.Price, settings.DailyMaximum == 0 ? null : settings.DailyMaximum, settings.Currency,
        TimeZoneInfo.FindSystemTimeZoneById(settings.TimeZone));

    /// <summary>Units are of elapsed time, also over a change of the clocks. A calendar day then has 23 or 25 hours.</summary>
    public long ChargeOf(DateTimeOffset entry, DateTimeOffset exit)
    {
        var first = entry + Free;
        if (DailyMaximum is not { } most)
            return Price * UnitsBefore(exit);
        var charge = 0L;
        var from = first;
        for (var day = DayOf(first); from < exit; day = day.AddDays(1))
        {
            var end = StartOf(day.AddDays(1));
            var until = end < exit ? end : exit;
            charge += Math.Min(most, Price * (UnitsBefore(until) - UnitsBefore(from)));
            from = until;
        }
        return charge;

        // The number of units that start before an instant.
        long UnitsBefore(DateTimeOffset until) => until <= first ? 0 : (((until - first).Ticks - 1) / Unit.Ticks) + 1;
    }

    /// <summary>Returns the calendar day of an instant.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(Local(instant).DateTime);

    public DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, Zone);

    /// <summary>Returns the first instant of a calendar day, which is later than midnight if the clocks skip that.</summary>
    private DateTimeOffset StartOf(DateOnly day)
    {
        var time = day.ToDateTime(TimeOnly.MinValue);
        while (Zone.IsInvalidTime(time))
            time = time.AddMinutes(1);
        var offset = Zone.IsAmbiguousTime(time) ? Zone.GetAmbiguousTimeOffsets(time).Max() : Zone.GetUtcOffset(time);
        return new(time, offset);
    }
}
