using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Scenarios;

/// <summary>What a fault lays hands on: faults that share nothing can happen at the same time.</summary>
[Flags]
internal enum Target
{
    Producers = 1,
    Consumers = 2,
    Nats = 4,
    Postgres = 8,
    Clients = 16,
    Everything = 31,
}

/// <summary>One fault under load, from its beginning to its end, after which everything is as before.</summary>
internal sealed record Scenario(string Name, string What, Target Target, Func<Run, Task> Act)
{
    public WorldOptions World { get; init; } = WorldOptions.Usual;

    /// <summary>The share of requests that must be accepted while it lasts, where a promise says so.</summary>
    public double Accepts { get; init; }

    /// <summary>Whether frames may be delivered again.</summary>
    public bool Redelivers { get; init; } = true;

    /// <summary>Whether a request that a producer has taken may stay without an answer.</summary>
    public bool LeavesUnanswered { get; init; } = true;

    /// <summary>
    /// What was accepted and not yet stored may be gone: this is beyond what is promised, and docs/reliability.md says so.
    /// </summary>
    public bool LosesAccepted { get; init; }

    /// <summary>Whether the storm may use it: it needs the usual world, and little time.</summary>
    public bool InStorm { get; init; } = true;
}
