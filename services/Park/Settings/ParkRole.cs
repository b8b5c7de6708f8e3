namespace RideIngest.Park.Settings;

/// <summary>A role of a process, selected with <c>--roles</c>.</summary>
public enum ParkRole
{
    /// <summary>Takes commands and serves rides, customers and live figures.</summary>
    Api,

    /// <summary>Lets rides leave by the clock, and suspects those that should have left.</summary>
    Timekeeper,
}
