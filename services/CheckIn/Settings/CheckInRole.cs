namespace RideIngest.CheckIn.Settings;

/// <summary>A role of a process, selected with <c>--roles</c>.</summary>
public enum CheckInRole
{
    /// <summary>Takes taps and serves what is known.</summary>
    Api,

    /// <summary>Publishes check-outs from the outbox to the stream.</summary>
    Relay,

    /// <summary>Delivers check-outs to the legacy API.</summary>
    LaborCost,

    /// <summary>Sends check-outs to employees by mail.</summary>
    Email,
}
