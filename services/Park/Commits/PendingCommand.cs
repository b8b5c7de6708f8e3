using System.Diagnostics;

namespace RideIngest.Park.Commits;

/// <summary>A command that waits for its commit.</summary>
/// <param name="key">The key under which its first answer is kept; null for none.</param>
internal sealed class PendingCommand(ParkCommand command, string? key)
{
    public ParkCommand Command => command;

    public string? Key => key;

    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    /// <summary>How often it was decided without what it concerns, and to no effect.</summary>
    public int Tries { get; set; }

    /// <summary>Whether its commit was sent, so that it may have happened.</summary>
    public bool WasSent { get; set; }

    /// <summary>Null if it is not decided yet.</summary>
    public CommandAnswer? Answer { get; set; }

    /// <summary>Why it was not decided; null if it may yet be.</summary>
    public CommandWay? Way { get; set; }
}
