namespace RideIngest.CheckIn.Settings;

/// <summary>Defaults of settings that depend on the process in which the check-in system runs.</summary>
/// <param name="Essential">Whether a process that can take no taps is not ready, or only degraded.</param>
/// <param name="LegacyPath">The path of a legacy API in this process, which honours keys; null if there is none.</param>
/// <param name="OwnMailPort">
/// Returns the loopback port of the mail server that this process runs itself, once it listens; null if it runs none.
/// </param>
public sealed record CheckInDefaults(bool Essential, string? LegacyPath, Func<IServiceProvider, int?>? OwnMailPort)
{
    /// <summary>The defaults of a check-in process.</summary>
    public static readonly CheckInDefaults Alone = new(Essential: true, LegacyPath: null, OwnMailPort: null);
}
