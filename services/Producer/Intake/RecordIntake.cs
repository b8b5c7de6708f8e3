using System.Diagnostics;
using RideIngest.Platform.Access;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Frames;
using RideIngest.Producer.Limits;
using RideIngest.Producer.Replies;
using RideIngest.Records;
using RideIngest.Spine;

namespace RideIngest.Producer.Intake;

/// <summary>What every room of the intake needs to decide whether and how long.</summary>
internal sealed record IntakeRules(
    RecordsInFlight InFlight, ConsumerNews News, LastFailures Failures, FrameLimits Limits, SpineSettings Spine, ProducerSettings Producer);

/// <summary>One record of one kind, from the request to the answer.</summary>
internal sealed class RecordIntake(Kind kind, FrameGatherer frames, IntakeRules rules, IRecordAnswer answer)
{
    public Task PostAsync(HttpContext http)
    {
        var prefer = http.Request.Headers["Prefer"];
        var preference = default(Preference);
        var refusal = (ContentTypes.IsJson(http.Request.ContentType) ? null : Refusals.UnsupportedMediaType(http.Request.ContentType, ContentTypes.Json))
            ?? ContentTypes.RefuseEncoding(http)
            ?? (prefer.Count == 0 ? null : Preference.Read(prefer, out preference))
            ?? Caller.Of(http)?.Take(1);
        if (refusal is not null)
            return answer.RefusedAsync(http, null, refusal);
        if (!rules.InFlight.TryEnter())
            return answer.RefusedAsync(http, null, Refusals.Busy(rules.News.RetryAfter, "The limit is producer.records_in_flight."));
        return TakeAsync(http, preference);
    }

    public Task RefusedAsync(HttpContext http, HttpProblem refusal) => answer.RefusedAsync(http, null, refusal);

    private async Task TakeAsync(HttpContext http, Preference preference)
    {
        var since = Stopwatch.GetTimestamp();
        try
        {
            var longest = rules.Limits.LongestRecord;
            if (await RecordBody.ReadAsync(http.Request, kind, longest) is not { } reading)
            {
                await answer.RefusedAsync(http, null, Refusals.TooLarge(longest));
                return;
            }
            if (reading.Record is not { } record)
            {
                ProducerTelemetry.Answered(kind, Status.Invalid);
                var problem = Invalid.Of(reading);
                rules.Failures.Add(kind, reading.Id, Status.Invalid, problem.Detail);
                await answer.RefusedAsync(http, reading.Id, problem);
                return;
            }

            var deadline = preference.Deadline(rules.Spine.Wait, rules.Producer.MaxWait);
            var settled = await frames.SendAsync(record, Activity.Current, deadline);
            if (settled.Outcome is { Status: Status.Invalid or Status.Conflict or Status.Failed } outcome)
                rules.Failures.Add(kind, record.Id, outcome.Status, outcome.Message);
            if (settled.Refusal is { } refusal)
                await answer.RefusedAsync(http, record.Id, refusal);
            else
                await answer.SettledAsync(http, kind, record, settled, rules.News.RetryAfter);
        }
        catch (IOException e) when (!http.RequestAborted.IsCancellationRequested && HttpProblem.OfBody(e) is { } problem)
        {
            await answer.RefusedAsync(http, null, problem);
        }
        finally
        {
            rules.InFlight.Leave();
            ProducerTelemetry.AnsweredAfter(kind, Stopwatch.GetElapsedTime(since));
        }
    }
}
