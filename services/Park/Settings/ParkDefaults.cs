namespace RideIngest.Park.Settings;

/// <summary>Defaults of settings that depend on the process in which the park runs.</summary>
/// <param name="Essential">Whether a process that has not read the rides yet is not ready, or only degraded.</param>
public sealed record ParkDefaults(bool Essential)
{
    /// <summary>The defaults of a park process.</summary>
    public static readonly ParkDefaults Alone = new(Essential: true);
}
