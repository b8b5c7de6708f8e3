using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RideIngest.CheckIn.Reads;

/// <summary>An attendance record.</summary>
[Description("A stay of an employee, from a check-in to a check-out")]
internal sealed record ReadRecord(
    [property: Description("The record's id")] Guid Id,
    [property: Description("The employee")] string EmployeeId,
    [property: Description("When the employee checked in")] DateTimeOffset CheckedInAt,
    [property: Description("When the employee checked out; null while that is not known")] DateTimeOffset? CheckedOutAt,
    [property: Description("The hours worked, with two decimals")] double? HoursWorked,
    [property: Description("open, closed, or open_ended if the check-out was forgotten")] string State,
    [property: Description("Who closed it, if it was not the employee")] string? ClosedBy);

[Description("A page of attendance records")]
internal sealed record RecordPage(
    [property: Description("The records, the latest check-in first")] IReadOnlyList<ReadRecord> Items,
    [property: Description("The value of after for the next page; null on the last one")] string? Next);

/// <summary>Where an employee is.</summary>
[Description("Where an employee stands")]
internal sealed record ReadEmployee(
    [property: Description("The employee")] string EmployeeId,
    [property: Description("in or out")] string State,
    [property: Description("Since when")] DateTimeOffset Since,
    [property: Description("The last records, the latest first")] IReadOnlyList<ReadRecord> Records);

/// <summary>What became of an accepted tap.</summary>
[Description("What became of an accepted tap")]
internal sealed record ReadReceipt(
    [property: Description("The receipt")] string Receipt,
    [property: Description("checked_in, checked_out or duplicate; accepted while the tap waits; dead_letter if it was not stored")]
    string Action)
{
    [Description("The attendance record; of a duplicate, that of the tap which counted")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? RecordId { get; init; }

    [Description("Of a check-out")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HoursWorked { get; init; }

    [Description("Why it was not stored: a stable code")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [Description("Why it was not stored, in words")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
}

/// <summary>The outbox and the destinations.</summary>
[Description("What waits, and how each destination does")]
internal sealed record ReadOutbox(
    [property: Description("Check-outs that are not published yet; at most 100,000 are counted")] long Waiting,
    [property: Description("The age of the oldest of them in seconds; null if there is none")] double? OldestAge,
    [property: Description("Check-outs published per second since the last read; null at the first")] double? SentPerSecond,
    [property: Description("The destinations of check-outs")] IReadOnlyList<ReadDestination> Destinations);

[Description("A destination of check-outs")]
internal sealed record ReadDestination(
    [property: Description("Its name")] string Name,
    [property: Description("Deliveries that were not tried yet; at most 100,000 are counted")] long Waiting,
    [property: Description("Deliveries whose call failed and is tried again")] long Retrying,
    [property: Description("Deliveries that are done")] long Delivered,
    [property: Description("Deliveries that are dead letters")] long Dead,
    [property: Description("closed, or open while the destination fails and one call is tried at each interval")] string Breaker,
    [property: Description("Since when; null before the first call")] DateTimeOffset? Since,
    [property: Description("The most calls per second now, of all processes together")] double RateLimit,
    [property: Description("Why the last call failed, or why the breaker is open; null if neither")] string? Reason);
