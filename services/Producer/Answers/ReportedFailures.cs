using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Failures;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Answers;

/// <summary>Notes the failures that are reported to senders, for the page and in <c>ops.failures</c>.</summary>
internal sealed class ReportedFailures(LastFailures last, FailureRecorder recorder)
{
    /// <summary>A request that is refused without an outcome.</summary>
    public void Refused(HttpContext http, Kind kind, RecordId id, Problem problem)
    {
        // Without a key there is no sender who could ask for it, and anyone could fill the table.
        if (problem.Status != StatusCodes.Status401Unauthorized)
            Record(Caller.Of(http)?.Name, kind, problem.Id.IsMissing ? id : problem.Id, problem.Type, problem.Detail ?? problem.Title);
    }

    /// <summary>A single record that is invalid, or has a failed outcome.</summary>
    public void Failed(HttpContext http, Kind kind, RecordId id, Outcome outcome, Problem problem)
    {
        last.Add(kind, id.Number, outcome.Status, outcome.Message);
        Record(Caller.Of(http)?.Name, kind, id, outcome.Code ?? problem.Type, problem.Detail ?? problem.Title);
    }

    /// <summary>The failures among the results of an upload.</summary>
    public void Listed(string? sender, Kind kind, IReadOnlyList<UploadResult> results)
    {
        last.Add(kind, results);
        foreach (var result in results)
        {
            if (result.IsFailure)
                Record(sender, kind, result.Id ?? default(RecordId), result.Code ?? result.Status.Word(), result.Error ?? "");
        }
    }

    private void Record(string? sender, Kind kind, RecordId id, string code, string reason) => recorder.Add(
        new NewFailure(RidesSystem.Name, kind.Name, id, sender, code, reason, Activity.Current?.TraceId ?? default));
}
