namespace RideIngest.Park.Commits;

/// <summary>A command, which is decided while the rides and customers that it concerns are locked.</summary>
internal abstract record ParkCommand
{
    /// <summary>The name in metrics.</summary>
    public abstract string Name { get; }

    /// <summary>Names what it concerns, as far as is known before they are locked.</summary>
    public abstract Concerned Concerns(ParkMemory memory, DateTimeOffset now);

    /// <summary>Decides it, and appends the events that follow.</summary>
    /// <returns>Null if it concerns others than those that are locked: it is decided again with these.</returns>
    public abstract CommandAnswer? Decide(CommandWorld world);
}

/// <summary>The rides and customers that a command concerns.</summary>
/// <param name="NewIds">The number of new ids that it needs.</param>
internal sealed record Concerned(IReadOnlyCollection<long> Rides, IReadOnlyCollection<long> Customers, int NewIds = 0);
