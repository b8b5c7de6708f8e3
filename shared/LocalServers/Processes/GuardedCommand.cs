namespace RideIngest.LocalServers.Processes;

/// <summary>The command that a guard runs, and how to stop it.</summary>
/// <param name="Mark">A unique part of the command line: the configuration file or the data directory.</param>
internal sealed record GuardedCommand(IReadOnlyList<string> Command, string Mark, string LogFile, int StopSignal)
{
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Receives each line of the server's log.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>A temporary directory that the guard removes if this process ended without doing so.</summary>
    public string? RemoveWhenOrphaned { get; init; }
}
