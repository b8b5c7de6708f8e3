using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Answers;

/// <summary>The form in which a single record's sender is answered.</summary>
internal interface IRecordAnswer
{
    /// <summary>When what waits now will be stored, as far as this process knows.</summary>
    TimeSpan RetryAfter { get; }

    /// <summary>The record has an outcome. Written, not flushed: that comes with the request's end.</summary>
    Task SettledAsync(HttpContext http, Kind kind, Record record, in Settled settled);

    Task RefusedAsync(HttpContext http, long? id, Problem problem);
}
