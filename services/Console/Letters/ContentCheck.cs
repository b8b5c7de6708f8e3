using System.Globalization;
using System.Text.Json;
using NATS.Client.Core;
using RideIngest.Contracts.Checking;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Rides;

namespace RideIngest.Console.Letters;

/// <summary>Checks content for a dead letter before it is sent: records of rides by their kind, events by asking their system.</summary>
internal sealed class ContentCheck(Catalog catalog, INatsConnection nats)
{
    private const int MostProblems = 20;

    // More than headers and padding have.
    private const int AroundPayload = 1024;

    // Only a process that hangs takes so long: where none runs, NATS says so at once.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);

    /// <returns>What is wrong, or why it could not be checked; both null for content that can be processed.</returns>
    public async Task<(Problem? Wrong, string? Unchecked)> CheckAsync(DeadLetter letter, byte[] content)
    {
        if (letter.System == RidesSystem.Name && catalog.Find(RidesStream.KindOf(letter.Subject), out var kind))
            return (ProblemOf(content, OfRecords(kind, content)), null);
        if (ProblemOf(content, OfObjects(content)) is { } wrong)
            return (wrong, null);
        return await AskAsync(letter, content) is { } found
            ? (ProblemOf(content, found), null)
            : (null, $"The content was not checked: no process of {letter.System} that knows the stage {letter.Stage} answered.");
    }

    /// <returns>Null if nobody could check it.</returns>
    private async Task<IReadOnlyList<ContentProblem>?> AskAsync(DeadLetter letter, byte[] content)
    {
        var isPossible = nats.ConnectionState == NatsConnectionState.Open && IsToken(letter.System) && IsToken(letter.Stage)
            && content.Length <= Payload.Most(nats) - AroundPayload;
        if (!isPossible)
            return null;
        try
        {
            var answer = await nats.RequestAsync<byte[], byte[]>(
                ContentProblem.Subject(letter.System, letter.Stage), content, replyOpts: new NatsSubOpts { Timeout = AnswersWithin });
            return ContentProblem.Read(answer.Data);
        }
        catch (NatsException)
        {
            return null;
        }
    }

    // Other names cannot be part of a subject.
    private static bool IsToken(string name) => name.Length > 0 && name.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_');

    private static Problem? ProblemOf(ReadOnlySpan<byte> content, IReadOnlyList<ContentProblem> found)
    {
        if (found.Count == 0)
            return null;
        var isOneLine = content.TrimEnd((byte)'\n').IndexOf((byte)'\n') < 0;
        var errors = found.Take(MostProblems).Select(problem => (Field: Named(problem), problem.Message)).ToList();
        return Problem.OfStatus(422) with
        {
            Detail = string.Join("; ", errors.Select(error => $"{error.Field} {error.Message}".Trim())),
            Errors = errors.GroupBy(error => error.Field)
                .ToDictionary(field => field.Key, field => field.Select(error => error.Message).ToArray()),
        };

        string Named(ContentProblem problem) => isOneLine
            ? problem.Field
            : string.Create(CultureInfo.InvariantCulture, $"[{problem.Line}]{(problem.Field.Length > 0 ? "." : "")}{problem.Field}");
    }

    private static List<ContentProblem> OfRecords(Kind kind, ReadOnlySpan<byte> content)
    {
        var lines = new List<FrameLine>();
        FrameLines.Read(kind, content, lines);
        return lines.Count == 0
            ? [new(0, "payload", "has no records")]
            : [.. lines.SelectMany((line, index) => line.Reading.Problems.Select(problem =>
                new ContentProblem(index, problem.Field, problem.Message)))];
    }

    private static List<ContentProblem> OfObjects(ReadOnlySpan<byte> content)
    {
        var problems = new List<ContentProblem>();
        var index = 0;
        foreach (var range in content.Split((byte)'\n'))
        {
            if (content[range].IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            if (!IsObject(content[range]))
                problems.Add(new(index, "", "not a JSON object"));
            index++;
        }
        if (index == 0)
            problems.Add(new(0, "payload", "has no events"));
        return problems;
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
