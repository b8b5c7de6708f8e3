namespace RideIngest.Contracts.Outcomes;

/// <summary>The outcome of a record.</summary>
public enum Status
{
    /// <summary>Newly committed in Postgres.</summary>
    Stored,

    /// <summary>The same record was already stored.</summary>
    Duplicate,

    /// <summary>A different record with this id is already stored and is kept.</summary>
    Conflict,

    /// <summary>The record breaks a rule of its kind.</summary>
    Invalid,

    /// <summary>The record is valid, but Postgres rejects it.</summary>
    Failed,

    /// <summary>The record is in the stream and its outcome is not known yet.</summary>
    Accepted,
}

/// <summary>The outcome of a record, with the reason if it was not stored.</summary>
/// <param name="Code">The SQLSTATE from Postgres, for <see cref="Status.Failed"/>.</param>
public readonly record struct Outcome(Status Status, string? Code = null, string? Message = null);
