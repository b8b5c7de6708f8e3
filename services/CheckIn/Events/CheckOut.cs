using RideIngest.Records.Kinds;

namespace RideIngest.CheckIn.Events;

/// <summary>An employee checked out. Its id is that of the tap, or of the operator's action that closed the record.</summary>
internal sealed record CheckOut : Record<string>
{
    public string EmployeeId { get; init; } = "";

    public string RecordId { get; init; } = "";

    public DateTimeOffset CheckedInAt { get; init; }

    public DateTimeOffset CheckedOutAt { get; init; }

    /// <summary>With two decimals.</summary>
    public double HoursWorked { get; init; }
}

internal sealed class CheckOutKind() : Kind<CheckOut>("checkouts", "checkin",
    Text(item => item.EmployeeId, EmployeeId.Longest),
    Text(item => item.RecordId, 36),
    Field(item => item.CheckedInAt),
    Field(item => item.CheckedOutAt),
    Field(item => item.HoursWorked))
{
    public override CheckOut Sample { get; } = new()
    {
        Id = "0199b1f2-5a00-7c11-8f00-5be0a3c4d2e1",
        EmployeeId = "EMP001",
        RecordId = "0199b03a-9c40-7a52-9d11-0c6a1f2b3e4d",
        CheckedInAt = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
        CheckedOutAt = new(2026, 11, 29, 15, 30, 0, TimeSpan.Zero),
        HoursWorked = 7.5,
    };
}
