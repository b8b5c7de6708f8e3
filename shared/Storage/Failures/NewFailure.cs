using System.Diagnostics;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Failures;

/// <summary>A record, an upload or an event that its sender was refused just now.</summary>
/// <param name="Id">The id of the record; missing if it could not be read, and for whole uploads.</param>
/// <param name="Sender">The name of the key or token; null if none is required.</param>
/// <param name="Code">The name of a problem type, or the SQLSTATE with which the database rejects the record.</param>
/// <param name="Reason">What the sender was told.</param>
public readonly record struct NewFailure(
    string System, string Kind, RecordId Id, string? Sender, string Code, string Reason, ActivityTraceId Trace)
{
    /// <summary>When it happened, as a timestamp of <see cref="Stopwatch"/>.</summary>
    internal long At { get; } = Stopwatch.GetTimestamp();
}
