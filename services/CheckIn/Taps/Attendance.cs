using RideIngest.CheckIn.Events;

namespace RideIngest.CheckIn.Taps;

/// <summary>Where an employee stands, and how each tap changes that: the rules of the system, as pure functions.</summary>
/// <param name="RecordId">The record of the last tap.</param>
/// <param name="InSince">When the employee checked in; null if the employee is out.</param>
/// <param name="Last">The last tap that counted.</param>
internal sealed record Attendance(Guid? RecordId, DateTimeOffset? InSince, CountedTap? Last)
{
    public static readonly Attendance None = new(null, null, null);

    /// <summary>Returns the outcome of a tap, and where the employee stands after it.</summary>
    /// <param name="isLive">Whether it comes from its sender, so that an earlier time than that of the last one is a clock's error.</param>
    public Decision Decide(Tap tap, AttendanceRules rules, bool isLive)
    {
        var at = tap.At;
        if (Last is { } last)
        {
            var since = at - last.At;
            if (since.Duration() < rules.DuplicateWindow)
                return new(new(TapEnd.Duplicate, tap.Guid, last.RecordId, last.Action, last.At), this);
            if (since < TimeSpan.Zero && !isLive)
                return new(new(TapEnd.OutOfOrder, tap.Guid), this);
            if (since < TimeSpan.Zero)
                at = last.At;
        }
        if (RecordId is not { } record || InSince is not { } start)
            return CheckIn(tap, at);
        if (at - start > rules.LongestShift)
            return CheckIn(tap, at) with { OpenEnded = new(record, tap.EmployeeId, start, null, null, RecordState.OpenEnded) };
        var hours = AttendanceRules.Hours(start, at);
        return new(
            new(TapEnd.Counted, tap.Guid, record, TapAction.CheckedOut, at, hours),
            new(record, null, new(tap.Guid, record, TapAction.CheckedOut, at)))
        {
            Changed = new(record, tap.EmployeeId, start, at, hours, RecordState.Closed),
        };
    }

    private static Decision CheckIn(Tap tap, DateTimeOffset at)
    {
        // The id of the tap is also that of the record which it begins.
        var record = tap.Guid;
        return new(
            new(TapEnd.Counted, tap.Guid, record, TapAction.CheckedIn, at),
            new(record, at, new(tap.Guid, record, TapAction.CheckedIn, at)))
        {
            Changed = new(record, tap.EmployeeId, at, null, null, RecordState.Open),
        };
    }
}

/// <summary>A tap that checked its employee in or out.</summary>
internal sealed record CountedTap(Guid Id, Guid RecordId, TapAction Action, DateTimeOffset At);

/// <param name="LongestShift">A tap later than that after a check-in is a new check-in.</param>
internal sealed record AttendanceRules(TimeSpan DuplicateWindow, TimeSpan LongestShift)
{
    public static double Hours(DateTimeOffset from, DateTimeOffset to) => Math.Round((to - from).TotalHours, 2);
}

/// <summary>The outcome of a tap, and what it changes.</summary>
internal sealed record Decision(TapOutcome Outcome, Attendance After)
{
    /// <summary>The record that it begins or ends; null if it does not count.</summary>
    public AttendanceRecord? Changed { get; init; }

    /// <summary>An earlier record whose check-out was forgotten; null for none.</summary>
    public AttendanceRecord? OpenEnded { get; init; }
}

internal enum RecordState
{
    Open,
    Closed,

    /// <summary>Its check-out was forgotten, and its end is not known.</summary>
    OpenEnded,
}

/// <summary>A stay of an employee, from a check-in to a check-out.</summary>
internal sealed record AttendanceRecord(
    Guid Id, string EmployeeId, DateTimeOffset CheckedInAt, DateTimeOffset? CheckedOutAt, double? Hours, RecordState State)
{
    /// <summary>The event of a closed record.</summary>
    public CheckOut ToCheckOut(string id) => new()
    {
        Id = id,
        EmployeeId = EmployeeId,
        RecordId = Id.ToString(),
        CheckedInAt = CheckedInAt,
        CheckedOutAt = CheckedOutAt!.Value,
        HoursWorked = Hours!.Value,
    };
}
