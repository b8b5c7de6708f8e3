using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Answers;

/// <summary>
/// Writes the answers of <c>/save/booking/detail</c>: the status codes of <c>/v1/bookings</c> with the old service's body.
/// </summary>
internal sealed class OldAnswer(ConsumerNews news) : IRecordAnswer
{
    public const string Path = "/save/booking/detail";
    public const string Kind = "bookings";

    private const int Saved = 1;
    private const int NotSaved = 2;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public TimeSpan RetryAfter => news.RetryAfter;

    public Task SettledAsync(HttpContext http, Records.Kinds.Kind kind, Record<long> record, in Settled settled)
    {
        var status = settled.Outcome.Status;
        ProducerTelemetry.Answered(kind, status);
        if (status is not (Status.Stored or Status.Duplicate or Status.Accepted))
        {
            var problem = RecordAnswer.ProblemOf(settled.Outcome);
            Write(http.Response, problem.Status, record.Id, NotSaved, problem.Line);
            return Task.CompletedTask;
        }
        if (status == Status.Accepted)
            RecordAnswer.Accept(http.Response, kind, record, settled, RetryAfter);
        Write(http.Response, status == Status.Stored ? 201 : status == Status.Duplicate ? 200 : 202, record.Id, Saved, "");
        return Task.CompletedTask;
    }

    public Task RefusedAsync(HttpContext http, RecordId id, Problem problem)
    {
        ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", problem.Type));
        problem.WriteHeaders(http.Response);
        Write(http.Response, problem.Status, (problem.Id.IsMissing ? id : problem.Id).Number, NotSaved, problem.Line);
        return Task.CompletedTask;
    }

    private static void Write(HttpResponse response, int status, long? id, int type, string error)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(body, Json))
        {
            json.WriteStartObject();
            if (id is { } known)
                json.WriteNumber("id", known);
            else
                json.WriteNull("id");
            json.WriteNumber("type", type);
            json.WriteString("error", error);
            json.WriteEndObject();
        }
        response.StatusCode = status;
        response.ContentType = ContentTypes.Json;
        response.ContentLength = body.WrittenCount;
        response.BodyWriter.Write(body.WrittenSpan);
    }
}
