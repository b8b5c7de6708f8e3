namespace RideIngest.Faults.Load;

/// <summary>What a sender was told of a record, once.</summary>
internal enum Told
{
    /// <summary>201.</summary>
    Stored,

    /// <summary>200, or <c>duplicate</c> in an upload.</summary>
    Duplicate,

    /// <summary>202, or <c>accepted</c> in an upload; there is a receipt.</summary>
    Accepted,

    /// <summary>409.</summary>
    Conflict,

    /// <summary>503 and 429: nothing was kept.</summary>
    NotKept,

    /// <summary>504: nobody knows.</summary>
    Unknown,

    /// <summary>4xx: what we send is right, so that this is never the right answer.</summary>
    Refused,

    /// <summary>The connection broke, or nothing came in time.</summary>
    Nothing,

    /// <summary>There was no connection to send it over.</summary>
    NotSent,

    /// <summary>An answer that the contract does not know.</summary>
    Nonsense,
}

/// <summary>One record in one request, and what came of it.</summary>
/// <param name="At">When it was sent and answered, in milliseconds of the ledger's clock.</param>
internal sealed record Attempt(int Version, (int Sent, int Answered) At, Told Told, string? Receipt = null)
{
    /// <summary>The sender need not come again.</summary>
    public bool IsSettled => Told is Told.Stored or Told.Duplicate or Told.Accepted or Told.Conflict;
}
