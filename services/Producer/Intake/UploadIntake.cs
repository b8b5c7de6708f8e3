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
    private const string Formats = $"{ContentTypes.Json}, {ContentTypes.JsonLines} or {ContentTypes.Csv}";

    private readonly string _scope = Scopes.Write(kind.Name);

    public async Task PostAsync(HttpContext http)
    {
        var request = http.Request;
        var refusal = rules.Keys.Refuse(request, _scope, out var caller);
        if (refusal is null && !ContentTypes.TryGetFormat(request.ContentType, out _))
            refusal = Refusals.UnsupportedMediaType(request.ContentType, Formats);
        refusal ??= ContentTypes.RefuseEncoding(http);
        if (refusal is null && rules.Producer.MaxUpload > 0 && request.ContentLength > rules.Producer.MaxUpload)
            refusal = Refusals.TooLarge(rules.Producer.MaxUpload);
        refusal ??= caller?.Take(0);
        if (refusal is null && !rules.InFlight.TryEnterUpload())
            refusal = Refusals.Busy(rules.News.RetryAfter, "The limit is producer.uploads.");
        if (refusal is not null)
        {
            ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", refusal.Type));
            await refusal.ExecuteAsync(http);
            return;
        }

        try
        {
            await TakeAsync(http, caller);
        }
        finally
        {
            rules.InFlight.LeaveUpload();
        }
    }

    private async Task TakeAsync(HttpContext http, Caller? caller)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = rules.Producer.MaxUpload > 0 ? rules.Producer.MaxUpload : null;
        ContentTypes.TryGetFormat(http.Request.ContentType, out var format);
        var reader = new UploadReader(kind, format!.Value, rules.Limits.LongestRecord);
        var preference = Preference.Of(http.Request.Headers["Prefer"]);
        var flow = new UploadFlow(kind, sender, rules.Limits, rules.Producer.FramesPerUpload)
        {
            Deadline = () => preference.Deadline(rules.Spine.Wait, rules.Producer.MaxWait),
            Rate = caller?.Rate,
            Failures = rules.Failures,
            SenderGone = http.RequestAborted,
        };
        IUploadAnswer answer = ContentTypes.WantsLines(http.Request)
            ? new UploadLines(http, () => rules.News.RetryAfter)
            : new UploadSummary(http, http.Request.Query["results"] == "all", () => rules.News.RetryAfter);

        // The upload's own problem, when nothing of it could be read, is the request's.
        if (await flow.RunAsync(reader.ReadAsync(http.Request.BodyReader, http.RequestAborted), answer, Activity.Current?.Context ?? default) is { } unreadable)
        {
            var problem = unreadable.Broken is BadHttpRequestException { StatusCode: 413 }
                ? Refusals.TooLarge(rules.Producer.MaxUpload)
                : Invalid.Late(unreadable) ?? Invalid.Of(unreadable);
            ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", problem.Type));
            await problem.ExecuteAsync(http);
        }
    }
}
