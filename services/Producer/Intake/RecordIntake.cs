using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Intake;

/// <summary>Handles a request with a single record.</summary>
internal sealed class RecordIntake(Kind kind, RecordGatherer frames, IntakeLimits limits, ReportedFailures failures, IRecordAnswer answer)
{
    public Task PostAsync(HttpContext http)
    {
        var prefer = http.Request.Headers["Prefer"];
        var preference = default(Preference);
        var refusal = (ContentTypes.IsJson(http.Request.ContentType)
            ? null
            : Refusals.UnsupportedMediaType(http.Request.ContentType, ContentTypes.Json))
            ?? ContentTypes.RefuseEncoding(http)
            ?? (prefer.Count == 0 ? null : Preference.Read(prefer, out preference))
            ?? Caller.Of(http)?.Take(1);
        if (refusal is not null)
            return RefuseAsync(http, default, refusal);
        if (!limits.TryEnter())
            return RefuseAsync(http, default, Refusals.Busy(answer.RetryAfter, "The limit is producer.records_in_flight."));
        return TakeAsync(http, preference);
    }

    public Task RefusedAsync(HttpContext http, Problem refusal) => RefuseAsync(http, default, refusal);

    private async Task TakeAsync(HttpContext http, Preference preference)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            var longest = limits.LongestRecord;
            if (await RecordBody.ReadAsync(http.Request, kind, longest) is not { } reading)
            {
                await RefuseAsync(http, default, Refusals.TooLarge(longest));
                return;
            }
            if (reading.Record is not Record<long> record)
            {
                ProducerTelemetry.Answered(kind, Status.Invalid);
                ProducerTelemetry.Describe(Activity.Current, reading.Id, Status.Invalid);
                var problem = Invalid.Of(reading);
                failures.Failed(http, kind, reading.Id, new Outcome(Status.Invalid, null, problem.Detail), problem);
                await answer.RefusedAsync(http, reading.Id, problem);
                return;
            }

            var settled = await frames.SendAsync(record, Activity.Current, limits.Deadline(preference));
            ProducerTelemetry.Describe(Activity.Current, record.Id, settled.Refusal is null ? settled.Outcome.Status : Status.Failed);
            if (settled.Outcome is { Status: Status.Invalid or Status.Conflict or Status.Failed } outcome)
                failures.Failed(http, kind, record.Id, outcome, RecordAnswer.ProblemOf(outcome));
            if (settled.Refusal is { } refusal)
                await RefuseAsync(http, record.Id, Refusals.Of(refusal));
            else
                await answer.SettledAsync(http, kind, record, settled);
        }
        catch (IOException e) when (!http.RequestAborted.IsCancellationRequested && Problem.OfBody(e) is { } problem)
        {
            await RefuseAsync(http, default, problem);
        }
        finally
        {
            limits.Leave();
            ProducerTelemetry.AnsweredAfter(kind, Stopwatch.GetElapsedTime(since));
        }
    }

    private Task RefuseAsync(HttpContext http, RecordId id, Problem problem)
    {
        failures.Refused(http, kind, id, problem);
        return answer.RefusedAsync(http, id, problem);
    }
}
