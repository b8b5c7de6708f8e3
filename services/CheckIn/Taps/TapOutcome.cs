namespace RideIngest.CheckIn.Taps;

/// <summary>How a tap ends.</summary>
internal enum TapEnd
{
    /// <summary>It checked the employee in or out.</summary>
    Counted,

    /// <summary>It came within the window after another one.</summary>
    Duplicate,

    /// <summary>A later tap of the employee was stored before.</summary>
    OutOfOrder,

    /// <summary>Its key was used for another employee.</summary>
    OtherKey,

    /// <summary>Postgres refuses it.</summary>
    Refused,
}

/// <summary>What became of a tap.</summary>
/// <param name="Action">Of a duplicate, that of the tap which counted.</param>
/// <param name="At">The time of the tap that counted.</param>
/// <param name="Hours">Of a check-out.</param>
/// <param name="Reason">Why Postgres refuses it.</param>
internal sealed record TapOutcome(
    TapEnd End, Guid Id, Guid RecordId = default, TapAction Action = default, DateTimeOffset At = default, double? Hours = null,
    string? Reason = null);
