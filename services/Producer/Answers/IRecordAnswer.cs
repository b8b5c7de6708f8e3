using RideIngest.Producer.Replies;
using RideIngest.Records;

namespace RideIngest.Producer.Answers;

/// <summary>The form in which a single record's sender is answered.</summary>
internal interface IRecordAnswer
{
    /// <summary>The record has an outcome. Written, not flushed: that comes with the request's end.</summary>
    Task SettledAsync(HttpContext http, Kind kind, Record record, in Settled settled, TimeSpan retryAfter);

    Task RefusedAsync(HttpContext http, long? id, HttpProblem problem);
}
