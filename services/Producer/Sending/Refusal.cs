namespace RideIngest.Producer.Sending;

/// <summary>Why a record has no outcome.</summary>
internal enum RefusalReason
{
    /// <summary>The stream has no room. Nothing was kept.</summary>
    StreamFull,

    /// <summary>Neither the stream nor Postgres can be reached. Nothing was kept.</summary>
    Unavailable,

    /// <summary>It was sent and not acknowledged: it may have been kept.</summary>
    OutcomeUnknown,
}

/// <summary>A record without an outcome: why, and when sending it again makes sense.</summary>
/// <param name="Detail">What the stream says, if it said anything.</param>
internal sealed record Refusal(RefusalReason Reason, TimeSpan RetryAfter, string? Detail = null);
