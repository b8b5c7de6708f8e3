using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Answers;

/// <summary>The format of answers to single records.</summary>
internal interface IRecordAnswer
{
    /// <summary>The estimated time until the current backlog is stored.</summary>
    TimeSpan RetryAfter { get; }

    /// <summary>Writes the outcome of a record. The response is flushed when the request ends.</summary>
    Task SettledAsync(HttpContext http, Kind kind, Record<long> record, in Settled settled);

    Task RefusedAsync(HttpContext http, RecordId id, Problem problem);
}
