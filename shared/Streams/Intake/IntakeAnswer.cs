using System.ComponentModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Publishing;

namespace RideIngest.Streams.Intake;

/// <summary>The answer to posted events. 202 means that the stream has all of them.</summary>
[Description("What became of the events")]
internal sealed record IntakeAnswer(
    [property: Description("Events that were read, good or bad")] long Received,
    [property: Description("Events that the stream has")] long Published,
    [property: Description("Those that did not enter, up to 1,000")] IReadOnlyList<RefusedEvent>? Problems = null)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Description("True when there are more problems than are listed")]
    public bool? Truncated { get; init; }

    /// <summary>The problem when too many other events are in hand.</summary>
    public static Problem Busy { get; } = new(503, "busy", "Nothing was kept: too many events are on their way")
    {
        Retryable = true,
        RetryAfter = RetryAfter,
    };

    /// <summary>Returns 202, 207 if some events were refused, or a problem if the stream did not take all events.</summary>
    public IResult Of(PublishEnd worst) => worst switch
    {
        PublishEnd.Taken => TypedResults.Json(this, Json, statusCode: Problems is null ? 202 : 207),
        PublishEnd.Refused => NotTaken(503, "stream-full", "Too many events wait already"),
        PublishEnd.Away => NotTaken(503, "unavailable", "The stream cannot be reached"),
        _ => NotTaken(504, "outcome-unknown", "Whether all events were taken is not known"),
    };

    /// <summary>The problem for an event that breaks a rule (422) or a body without an event (400).</summary>
    public static Problem Refusal(Reading reading)
    {
        var line = string.Join("; ", reading.Problems);
        if (reading.Problems.Any(problem => problem.Field.Length == 0))
            return Problem.OfStatus(400) with
            {
                Title = "There is no event",
                Detail = $"{(line.StartsWith("the ", StringComparison.Ordinal) ? "T" + line[1..] : "It " + line).TrimEnd('.')}.",
                Id = reading.Id,
            };
        return Problem.OfStatus(422) with
        {
            Title = "The event breaks a rule",
            Detail = $"{line}.",
            Id = reading.Id,
            Errors = reading.ProblemsByField,
        };
    }

    private Problem NotTaken(int status, string type, string title) => new(
        status, type, title,
        $"{Published} of the {Received} events that were read were taken. Sending all of them again is safe: an event counts once.")
    {
        Retryable = true,
        RetryAfter = RetryAfter,
    };
}

/// <summary>A refused event of an upload: a problem with the event's index.</summary>
[Description("An event that did not enter: a problem with its place among the events")]
internal sealed record RefusedEvent(
    [property: Description("Its place among the events, from 0")] long Index,
    [property: Description("The type of the problem")] string Type,
    [property: Description("What is wrong, in a few words")] string Title,
    [property: Description("The status code that it would have been alone")] int Status,
    [property: Description("The event's id, if it could be read")] RecordId? Id = null,
    [property: Description("What is wrong with it")] string? Detail = null,
    [property: Description("What is wrong, by field")] IReadOnlyDictionary<string, string[]>? Errors = null)
{
    public static RefusedEvent Of(long index, Problem problem)
    {
        RecordId? id = problem.Id.IsMissing ? null : problem.Id;
        return new(index, $"/problems/{problem.Type}", problem.Title, problem.Status, id, problem.Detail, problem.Errors);
    }
}
