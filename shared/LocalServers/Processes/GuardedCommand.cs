namespace RideIngest.LocalServers.Processes;

/// <summary>What a guard runs, and how it stops it.</summary>
/// <param name="Mark">A part of the command line that no other server's has: its configuration file, or its data directory.</param>
internal sealed record GuardedCommand(IReadOnlyList<string> Command, string Mark, string LogFile, int StopSignal)
{
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Told each line of the log as the server writes it.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>A temporary directory, which the guard removes when we ended without doing so.</summary>
    public string? RemoveWhenOrphaned { get; init; }
}
