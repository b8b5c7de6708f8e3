namespace RideIngest.Parking.Settings;

/// <summary>Defaults of settings that depend on the process in which the parking system runs.</summary>
/// <param name="GatesRate">Generated exits per second.</param>
/// <param name="Essential">Whether a process that can take no events is not ready, or only degraded.</param>
/// <param name="SummaryFile">Returns the summary file. Its folder is created.</param>
/// <param name="OwnMailPort">
/// Returns the loopback port of the mail server that this process runs itself, once it listens; null if it runs none.
/// </param>
public sealed record ParkingDefaults(
    double GatesRate, bool Essential, Func<IServiceProvider, string> SummaryFile, Func<IServiceProvider, int?>? OwnMailPort)
{
    public const string SummaryName = "summary.csv";

    /// <summary>The defaults of a parking process.</summary>
    public static readonly ParkingDefaults Alone = new(
        GatesRate: 5, Essential: true, SummaryFile: _ => SummaryName, OwnMailPort: null);
}
