using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;
using RideIngest.Storage.Failures;
using RideIngest.Streams.Publishing;

namespace RideIngest.Streams.Intake;

/// <summary>
/// Accepts posted events of one kind: one event, an array of events, or JSON lines. Valid events are published even if others are invalid.
/// </summary>
internal sealed class EventIntake<TEvent>(Kind<TEvent> kind, EventPublisher<TEvent> publisher, FailureRecorder failures)
    where TEvent : Record, new()
{
    private const int MostProblems = 1000;

    public async Task PostAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var answer = caller?.Take(0) ?? await TakeAsync(http, caller);
        if (answer is Problem problem)
            Refused(caller, problem);
        await answer.ExecuteAsync(http);
    }

    private async Task<IResult> TakeAsync(HttpContext http, Caller? caller) =>
        http.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "application/json" when await IsArrayAsync(http.Request.BodyReader) => await ManyAsync(
                http, UploadFormat.JsonArray, caller),
            "application/json" => await OneAsync(http, caller),
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" => await ManyAsync(
                http, UploadFormat.JsonLines, caller),
            _ => Problem.OfStatus(415) with
            {
                Detail = "Send application/json (an event, or an array of events) or application/x-ndjson, in UTF-8.",
            },
        };

    private async Task<IResult> OneAsync(HttpContext http, Caller? caller)
    {
        if (caller?.Take(1) is { } tooMany)
            return tooMany;
        var body = http.Request.BodyReader;
        var read = await body.ReadAsync();
        while (!read.IsCompleted && read.Buffer.Length <= UploadReader.DefaultLongestRecord)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }
        var reading = read.Buffer.Length > UploadReader.DefaultLongestRecord ? default : kind.Read(read.Buffer.ToArray());
        body.AdvanceTo(read.Buffer.End);
        if (reading.Record is not TEvent item)
        {
            IntakeTelemetry.Refused(publisher.System);
            return reading.Problems.Count > 0 ? IntakeAnswer.Refusal(reading) : Problem.OfStatus(413) with
            {
                Detail = $"An event is at most {UploadReader.DefaultLongestRecord} bytes long.",
            };
        }
        if (publisher.IsCrowded)
            return IntakeAnswer.Busy with { Id = item.Key };
        var end = (await publisher.PublishAsync(item)).End;
        var answer = new IntakeAnswer(1, end == PublishEnd.Taken ? 1 : 0).Of(end);
        return answer is Problem notTaken ? notTaken with { Id = item.Key } : answer;
    }

    private async Task<IResult> ManyAsync(HttpContext http, UploadFormat format, Caller? caller)
    {
        var events = new PostedEvents<TEvent>(publisher);
        var refused = new List<RefusedEvent>();
        var (received, refusals) = (0L, 0L);
        await foreach (var uploaded in new UploadReader(kind, format).ReadAsync(http.Request.BodyReader, http.RequestAborted))
        {
            while (caller?.Rate?.TryTake(1, out var wait) == false)
                await Task.Delay(wait, http.RequestAborted);
            if (uploaded.EndsUpload && uploaded.Index == 0)
                return IntakeAnswer.Refusal(uploaded.Reading);
            received++;
            if (uploaded.Reading.Record is TEvent item)
            {
                await events.PublishAsync(item);
                if (events.Worst == PublishEnd.Taken)
                    continue;

                // The sender has to send all events again in any case.
                break;
            }
            IntakeTelemetry.Refused(publisher.System);
            var problem = IntakeAnswer.Refusal(uploaded.Reading);
            Refused(caller, problem);
            if (++refusals <= MostProblems)
                refused.Add(RefusedEvent.Of(uploaded.Index, problem));
        }
        await events.SettleAsync();
        return new IntakeAnswer(received, events.Taken, refusals > 0 ? refused : null)
        {
            Truncated = refusals > MostProblems ? true : null,
        }.Of(events.Worst);
    }

    private void Refused(Caller? caller, Problem problem) => failures.Add(new NewFailure(
        publisher.System, kind.Name, problem.Id, caller?.Name, problem.Type, problem.Detail ?? problem.Title,
        Activity.Current?.TraceId ?? default));

    private static async Task<bool> IsArrayAsync(PipeReader body)
    {
        while (true)
        {
            var read = await body.ReadAsync();
            var first = FirstByte(read.Buffer);
            var undecided = first is null && !read.IsCompleted && read.Buffer.Length <= UploadReader.DefaultLongestRecord;
            body.AdvanceTo(read.Buffer.Start, undecided ? read.Buffer.End : read.Buffer.Start);
            if (!undecided)
                return first == '[';
        }
    }

    private static byte? FirstByte(ReadOnlySequence<byte> buffer)
    {
        foreach (var piece in buffer)
        {
            var at = piece.Span.IndexOfAnyExcept(" \t\r\n\uFEFF"u8);
            if (at >= 0)
                return piece.Span[at];
        }
        return null;
    }
}
