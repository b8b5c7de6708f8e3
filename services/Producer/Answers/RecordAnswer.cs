using System.Buffers.Text;
using System.Globalization;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Answers;

/// <summary>Writes the answers of <c>/v1/{kind}</c>.</summary>
internal sealed class RecordAnswer(ConsumerNews news) : IRecordAnswer
{
    private const int LongestId = 20;

    public TimeSpan RetryAfter => news.RetryAfter;

    public Task SettledAsync(HttpContext http, Kind kind, Record<long> record, in Settled settled)
    {
        var status = settled.Outcome.Status;
        ProducerTelemetry.Answered(kind, status);
        var response = http.Response;
        switch (status)
        {
            case Status.Stored:
                response.StatusCode = 201;
                response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/v1/{kind.Name}/{record.Id}");
                Write(response, record.Id, ""","status":"stored"}"""u8, default);
                break;
            case Status.Duplicate:
                response.StatusCode = 200;
                Write(response, record.Id, ""","status":"duplicate"}"""u8, default);
                break;
            case Status.Accepted:
                var receipt = Accept(response, kind, record, settled, RetryAfter);
                response.StatusCode = 202;
                Write(response, record.Id, ""","status":"accepted","receipt":"""u8, receipt);
                break;
            default:
                return RefusedAsync(http, record.Id, ProblemOf(settled.Outcome));
        }
        return Task.CompletedTask;
    }

    public Task RefusedAsync(HttpContext http, RecordId id, Problem problem)
    {
        ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", problem.Type));
        return (problem with { Id = problem.Id.IsMissing ? id : problem.Id }).ExecuteAsync(http);
    }

    /// <summary>Sets the headers that say where and when to ask for the outcome of an accepted record.</summary>
    /// <returns>The receipt.</returns>
    public static string Accept(HttpResponse response, Kind kind, Record<long> record, in Settled settled, TimeSpan retryAfter)
    {
        var receipt = new Receipt(kind.Name, record.Id, kind.Digest(record), settled.Sequence).ToString();
        response.Headers.Location = $"/v1/receipts/{receipt}";
        response.Headers.RetryAfter = Problem.Seconds(retryAfter);
        return receipt;
    }

    /// <summary>Maps a failed outcome to a problem.</summary>
    public static Problem ProblemOf(Outcome outcome) => outcome.Status switch
    {
        Status.Conflict => new Problem(409, "conflict", "A different record with this id is already stored", Sentence(outcome.Message)),
        Status.Invalid => new Problem(422, "validation", "The record breaks a rule", Sentence(outcome.Message)),
        _ => new Problem(422, "not-storable", "The database rejects the record", Sentence(outcome.Message) + InParentheses(outcome.Code)),
    };

    private static string InParentheses(string? code) => code is null ? "" : $" ({code})";

    private static string? Sentence(string? message) =>
        string.IsNullOrEmpty(message) ? null : $"{char.ToUpperInvariant(message[0])}{message[1..].TrimEnd('.')}.";

    private static void Write(HttpResponse response, long id, ReadOnlySpan<byte> rest, string? receipt)
    {
        var body = response.BodyWriter.GetSpan(16 + LongestId + rest.Length + (receipt?.Length ?? 0));
        """{"id":"""u8.CopyTo(body);
        Utf8Formatter.TryFormat(id, body[6..], out var length);
        length += 6;
        rest.CopyTo(body[length..]);
        length += rest.Length;
        if (receipt is not null)
        {
            body[length++] = (byte)'"';
            length += System.Text.Encoding.ASCII.GetBytes(receipt, body[length..]);
            body[length++] = (byte)'"';
            body[length++] = (byte)'}';
        }
        response.ContentType = ContentTypes.Json;
        response.ContentLength = length;
        response.BodyWriter.Advance(length);
    }
}
