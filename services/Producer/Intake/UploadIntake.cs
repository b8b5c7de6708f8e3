using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Intake;

/// <summary>Handles upload requests of one kind: checks them, and chooses the reader and the answer format.</summary>
internal sealed class UploadIntake(
    Kind kind, FrameSender sender, IntakeLimits limits, AnswerMemory memory, ReportedFailures failures, ConsumerNews news)
{
    private const string All = "all";
    private const string Formats = $"{ContentTypes.Json}, {ContentTypes.JsonLines} or {ContentTypes.Csv}";

    public Task PostAsync(HttpContext http)
    {
        var request = http.Request;
        var caller = Caller.Of(http);
        var preference = default(Preference);
        var most = limits.LargestUpload;
        var isRead = ContentTypes.TryGetFormat(request.ContentType, out _);
        var refusal = (isRead ? null : Refusals.UnsupportedMediaType(request.ContentType, Formats))
            ?? ContentTypes.RefuseEncoding(http)
            ?? (most > 0 && request.ContentLength > most ? Refusals.TooLarge(most) : null)
            ?? Preference.Read(request.Headers["Prefer"], out preference)
            ?? RefuseResults(request)
            ?? caller?.Take(0);
        return refusal is null ? TakeAsync(http, preference, caller) : RefusedAsync(http, refusal);
    }

    public Task RefusedAsync(HttpContext http, Problem refusal)
    {
        failures.Refused(http, kind, default, refusal);
        ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", refusal.Type));
        return refusal.ExecuteAsync(http);
    }

    private static Problem? RefuseResults(HttpRequest request)
    {
        if (request.Query["results"] is not { Count: > 0 } results || results == All)
            return null;
        return new Problem(400, "bad-request", "The parameter results is invalid")
        {
            Detail = $"Given: '{Refusals.Short(results.ToString())}'. "
                + "Use results=all, or leave it out to list only records that are not stored.",
        };
    }

    private async Task TakeAsync(HttpContext http, Preference preference, Caller? caller)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limits.LargestUpload > 0 ? limits.LargestUpload : null;
        ContentTypes.TryGetFormat(http.Request.ContentType, out var format);
        var reader = new UploadReader(kind, format!.Value, limits.LongestRecord);
        var body = new PacedBody(http.Request.BodyReader, limits.LongestRecord, TimeProvider.System);
        var flow = new UploadFlow(kind, sender, limits.Frames, limits.FramesPerUpload)
        {
            Deadline = () => limits.Deadline(preference),
            Rate = caller?.Rate,
            Sender = caller?.Name,
            Failures = failures,
            Body = body,
            RetryAfter = () => news.RetryAfter,
            SenderGone = http.RequestAborted,
        };
        using IUploadAnswer answer = ContentTypes.WantsLines(http.Request)
            ? new UploadLines(http, () => news.RetryAfter)
            : new UploadSummary(http, http.Request.Query["results"] == All, memory.Share(), () => news.RetryAfter);

        // If nothing of the upload could be read, its problem is the answer to the request.
        var upload = reader.ReadAsync(body, http.RequestAborted);
        if (await flow.RunAsync(upload, answer, Activity.Current?.Context ?? default) is { } unreadable)
        {
            var problem = unreadable.Broken is BadHttpRequestException { StatusCode: 413 }
                ? Refusals.TooLarge(limits.LargestUpload)
                : Invalid.Late(unreadable) ?? Invalid.Of(unreadable);
            await RefusedAsync(http, problem);
        }
    }
}
