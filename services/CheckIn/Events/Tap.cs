using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.CheckIn.Events;

/// <summary>A tap of an employee's card. Its id is a UUID of version 7, made at its time.</summary>
internal sealed record Tap : Record<string>
{
    public string EmployeeId { get; init; } = "";

    public DateTimeOffset At { get; init; }

    /// <summary>The sender's idempotency key, with the sender's name before it; null if there is none.</summary>
    public string? SenderKey { get; init; }

    public Guid Guid => Guid.Parse(Id);
}

internal sealed class TapKind() : Kind<Tap>("taps", "checkin",
    Text(tap => tap.EmployeeId, Events.EmployeeId.Longest),
    Field(tap => tap.At),
    Text(tap => tap.SenderKey, LongestKey))
{
    public const int LongestKey = 600;

    public override Tap Sample { get; } = new()
    {
        Id = "0199b1f2-5a00-7c11-8f00-5be0a3c4d2e1",
        EmployeeId = "EMP001",
        At = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
    };

    protected override void Check(Tap record, ref FieldProblems problems)
    {
        if (!Guid.TryParse(record.Id, out _))
            problems.Add("id", "must be a UUID");
        if (!Events.EmployeeId.IsValid(record.EmployeeId))
            problems.Add("employee_id", Events.EmployeeId.Rule);
    }
}
