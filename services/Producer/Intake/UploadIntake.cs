using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using RideIngest.Platform.Access;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Frames;
using RideIngest.Records;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Intake;

/// <summary>Uploads of one kind: what is refused at the door, and in which form the others are read and answered.</summary>
internal sealed class UploadIntake(Kind kind, FrameSender sender, IntakeRules rules)
{
    private const string All = "all";
    private const string Formats = $"{ContentTypes.Json}, {ContentTypes.JsonLines} or {ContentTypes.Csv}";

    public Task PostAsync(HttpContext http)
    {
        var request = http.Request;
        var caller = Caller.Of(http);
        var preference = default(Preference);
        var most = rules.Producer.MaxUpload;
        var isRead = ContentTypes.TryGetFormat(request.ContentType, out _);
        var refusal = (isRead ? null : Refusals.UnsupportedMediaType(request.ContentType, Formats))
            ?? ContentTypes.RefuseEncoding(http)
            ?? (most > 0 && request.ContentLength > most ? Refusals.TooLarge(most) : null)
            ?? Preference.Read(request.Headers["Prefer"], out preference)
            ?? RefuseResults(request)
            ?? caller?.Take(0);
        return refusal is null ? TakeAsync(http, preference, caller) : RefusedAsync(http, refusal);
    }

    public static Task RefusedAsync(HttpContext http, HttpProblem refusal)
    {
        ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", refusal.Type));
        return refusal.ExecuteAsync(http);
    }

    private static HttpProblem? RefuseResults(HttpRequest request)
    {
        if (request.Query["results"] is not { Count: > 0 } results || results == All)
            return null;
        return new HttpProblem(400, "bad-request", "The parameter results is not understood")
        {
            Detail = $"Given: '{Refusals.Short(results.ToString())}'. There is results=all; without it the failures are listed.",
        };
    }

    private async Task TakeAsync(HttpContext http, Preference preference, Caller? caller)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = rules.Producer.MaxUpload > 0 ? rules.Producer.MaxUpload : null;
        ContentTypes.TryGetFormat(http.Request.ContentType, out var format);
        var reader = new UploadReader(kind, format!.Value, rules.Limits.LongestRecord);
        var flow = new UploadFlow(kind, sender, rules.Limits, rules.Producer.FramesPerUpload)
        {
            Deadline = () => preference.Deadline(rules.Spine.Wait, rules.Producer.MaxWait),
            Rate = caller?.Rate,
            Failures = rules.Failures,
            SenderGone = http.RequestAborted,
        };
        IUploadAnswer answer = ContentTypes.WantsLines(http.Request)
            ? new UploadLines(http, () => rules.News.RetryAfter)
            : new UploadSummary(http, http.Request.Query["results"] == All, () => rules.News.RetryAfter);

        // The upload's own problem, when nothing of it could be read, is the request's.
        if (await flow.RunAsync(reader.ReadAsync(http.Request.BodyReader, http.RequestAborted), answer, Activity.Current?.Context ?? default) is { } unreadable)
        {
            var problem = unreadable.Broken is BadHttpRequestException { StatusCode: 413 }
                ? Refusals.TooLarge(rules.Producer.MaxUpload)
                : Invalid.Late(unreadable) ?? Invalid.Of(unreadable);
            await RefusedAsync(http, problem);
        }
    }
}
