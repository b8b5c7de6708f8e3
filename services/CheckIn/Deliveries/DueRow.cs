namespace RideIngest.CheckIn.Deliveries;

/// <summary>A row of <c>checkin.due</c>: a delivery that is not done.</summary>
internal sealed class DueRow
{
    public const string Waiting = "waiting";
    public const string Retrying = "retrying";
    public const string Sending = "sending";
    public const string Dead = "dead";

    public Guid EventId { get; init; }

    public string State { get; set; } = "";

    public int Attempts { get; set; }

    /// <summary>Whether the process that sends it may still get its answer.</summary>
    public bool IsHeld { get; init; }

    public string? Code { get; set; }

    public string? Answer { get; set; }

    public string? Replay { get; set; }
}
