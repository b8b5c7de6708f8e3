using RideIngest.Faults.Checking;

namespace RideIngest.Faults.Scenarios;

/// <summary>
/// What a run is about: rides, or the casino. How it is loaded, when it works again, and what must be true of it in the end.
/// </summary>
internal interface ITrial : IDisposable
{
    Task StartAsync();

    /// <summary>Ends when every process that takes records has taken one of its own, and that one is where it should end.</summary>
    Task WorksAgainAsync(CancellationToken late);

    /// <summary>Ends when nothing more will be sent.</summary>
    Task StopAsync();

    /// <summary>Once nothing is on its way: holds what the senders were told against what is there.</summary>
    /// <returns>And how many frames were delivered again.</returns>
    Task<(List<Finding> Findings, long Redelivered)> ReckonAsync(Scenario scenario);
}
