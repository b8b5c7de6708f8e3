namespace RideIngest.Contracts.Outcomes;

/// <summary>What became of a record.</summary>
public enum Status
{
    /// <summary>Committed in Postgres, just now.</summary>
    Stored,

    /// <summary>The same record was stored before.</summary>
    Duplicate,

    /// <summary>Another record with this id was stored before, and stays.</summary>
    Conflict,

    /// <summary>It breaks its kind's rules.</summary>
    Invalid,

    /// <summary>It is valid, and Postgres refuses it all the same.</summary>
    Failed,

    /// <summary>The stream has it; how it ends is not known yet.</summary>
    Accepted,
}

/// <summary>What became of a record, and why when it was not stored.</summary>
/// <param name="Code">Postgres' SQLSTATE, when it <see cref="Status.Failed"/>.</param>
public readonly record struct Outcome(Status Status, string? Code = null, string? Message = null);
