using System.Globalization;

namespace RideIngest.Parking.Reads;

/// <summary>A position in a list of events that is ordered by time and id.</summary>
internal readonly record struct EventCursor(DateTimeOffset At, string Id)
{
    public static EventCursor? Parse(string text) =>
        text.Split('-', 2) is [var ticks, { Length: > 0 } id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= DateTimeOffset.MaxValue.Ticks
            ? new EventCursor(new DateTimeOffset(time, TimeSpan.Zero), id)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}-{Id}");
}
