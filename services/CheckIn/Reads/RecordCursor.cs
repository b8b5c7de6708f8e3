using System.Globalization;

namespace RideIngest.CheckIn.Reads;

/// <summary>A position in a list of records that is ordered by time and id.</summary>
internal readonly record struct RecordCursor(DateTimeOffset At, Guid Id)
{
    public static RecordCursor? Parse(string text) =>
        text.Split('-', 2) is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= DateTimeOffset.MaxValue.Ticks
        && Guid.TryParseExact(id, "N", out var guid)
            ? new(new DateTimeOffset(time, TimeSpan.Zero), guid)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.UtcTicks}-{Id:N}");
}

/// <summary>What a list of records shows; null for all.</summary>
internal sealed record RecordFilter(
    string? EmployeeId = null, DateTimeOffset? From = null, DateTimeOffset? To = null, string? State = null, RecordCursor? After = null,
    int Limit = 100);
