namespace RideIngest.Producer.Sending;

/// <summary>The reason why a record has no outcome.</summary>
internal enum RefusalReason
{
    /// <summary>The stream is full. Nothing was kept.</summary>
    StreamFull,

    /// <summary>Neither the stream nor Postgres can be reached. Nothing was kept.</summary>
    Unavailable,

    /// <summary>The record was sent but not acknowledged, so it may have been kept.</summary>
    OutcomeUnknown,
}

/// <summary>A refused record: the reason, and when to retry.</summary>
/// <param name="Detail">The stream's message, if any.</param>
internal sealed record Refusal(RefusalReason Reason, TimeSpan RetryAfter, string? Detail = null);
