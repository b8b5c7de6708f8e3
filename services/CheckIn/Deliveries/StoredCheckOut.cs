using System.Text;
using RideIngest.CheckIn.Events;
using RideIngest.Contracts.Frames;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>A check-out as a row of <c>checkin.events</c>.</summary>
internal sealed record StoredCheckOut(
    Guid Id, string EmployeeId, Guid RecordId, DateTime InAt, DateTime At, double Hours, string? Trace)
{
    /// <summary>Its columns; <c>event</c> is the table.</summary>
    public const string Columns =
        """
        event.id, event.employee_id as EmployeeId, event.record_id as RecordId, event.in_at as InAt, event.at, event.hours, event.trace
        """;

    private static readonly CheckOutKind Kind = new();

    public CheckOut CheckOut => new()
    {
        Id = Id.ToString(),
        EmployeeId = EmployeeId,
        RecordId = RecordId.ToString(),
        CheckedInAt = new(InAt),
        CheckedOutAt = new(At),
        HoursWorked = Hours,
    };

    /// <summary>The message with which it is sent to one destination again.</summary>
    /// <param name="prefix">The beginning of the message's id.</param>
    public OutboxEvent ToOutbox(string destination, string prefix) => new()
    {
        Subject = StageDefinition.RetrySubject("checkin", destination),
        Key = EmployeeId,
        Id = $"{prefix}{Guid.CreateVersion7():N}",
        Payload = Encoding.UTF8.GetBytes(Kind.Json(CheckOut)),
        Headers = Headers(Trace),
    };

    /// <summary>The headers that continue a trace; none if there is no trace.</summary>
    public static Dictionary<string, string> Headers(string? trace) =>
        trace is null ? [] : new() { [FrameHeaders.TraceParent] = trace };
}
