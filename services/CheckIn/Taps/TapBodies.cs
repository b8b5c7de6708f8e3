using System.ComponentModel;
using System.Text.Json.Serialization;
using RideIngest.Records.Kinds;

namespace RideIngest.CheckIn.Taps;

/// <summary>The body of a tap.</summary>
[Description("A tap of an employee's card")]
internal sealed record PostedTap([property: Description("3 to 50 letters and digits")] string EmployeeId);

internal enum TapWord
{
    CheckedIn,
    CheckedOut,
    Accepted,
}

/// <summary>The answer to a tap.</summary>
[Description("What became of a tap")]
internal sealed record TapBody(
    [property: Description("Always true")] bool Success,
    [property: Description("In words")] string Message,
    [property: Description("The attendance record; missing while the tap is only accepted")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? RecordId,
    [property: Description("What the tap did")] TapWord Action)
{
    [Description("Of a check-out")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? HoursWorked { get; init; }

    [Description("The handle by which an accepted tap is followed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Receipt { get; init; }
}

/// <summary>The problem of a tap within the window after another one.</summary>
[Description("A tap that does not count (RFC 9457), with the one that did")]
internal sealed record TappedTwice(
    [property: Description("`/problems/tapped-twice`")] string Type,
    [property: Description("A short summary")] string Title,
    [property: Description("The status code of the answer")] int Status,
    [property: Description("Always null")] RecordId Id,
    [property: Description("Always false")] bool Retryable,
    [property: Description("Identifies the request in traces and logs"), JsonPropertyName("traceId")] string TraceId,
    [property: Description("The attendance record of the tap that counted")] string RecordId,
    [property: Description("What that tap did")] string Action,
    [property: Description("When that was")] DateTimeOffset At,
    [property: Description("Details of this occurrence")] string? Detail = null);
