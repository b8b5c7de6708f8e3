using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using RideIngest.Contracts.Checking;
using RideIngest.Records.Fields;
using RideIngest.Streams.Nats;

namespace RideIngest.Streams.Checking;

/// <summary>
/// Checks content for the stages of a system, before the console sends it. Any process of the system can, whichever stages it runs.
/// </summary>
/// <param name="stages">Returns the problems of a line by the name of the stage.</param>
internal sealed class CheckResponder(
    INatsConnection nats, string system, IReadOnlyDictionary<string, Func<ReadOnlyMemory<byte>, IReadOnlyList<FieldProblem>>> stages)
    : BackgroundService
{
    private const int MostProblems = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Listening.ForeverAsync(ListenAsync, stoppingToken);

    private async ValueTask ListenAsync(CancellationToken stopping)
    {
        var questions = nats.SubscribeAsync<byte[]>(
            ContentProblem.Subject(system, "*"), queueGroup: $"check-{system}", cancellationToken: stopping);
        await foreach (var question in questions)
        {
            if (question.ReplyTo is null)
                continue;

            // Without an answer the console waits in vain; an empty one says that the stage is unknown here.
            var answer = stages.TryGetValue(question.Subject.Split('.')[^1], out var check)
                ? ContentProblem.Write(Problems(question.Data, check))
                : [];
            await question.ReplyAsync(answer, cancellationToken: stopping);
        }
    }

    private static List<ContentProblem> Problems(
        ReadOnlyMemory<byte> content, Func<ReadOnlyMemory<byte>, IReadOnlyList<FieldProblem>> check)
    {
        var problems = new List<ContentProblem>();
        var index = 0;
        foreach (var range in content.Span.Split((byte)'\n'))
        {
            var line = content[range];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            problems.AddRange(Checked(line).Select(problem => new ContentProblem(index, problem.Field, problem.Message)));
            if (problems.Count >= MostProblems)
                break;
            index++;
        }
        return problems;

        IReadOnlyList<FieldProblem> Checked(ReadOnlyMemory<byte> line)
        {
            try
            {
                return check(line);
            }
            catch (Exception e)
            {
                // The format does not foresee such content, and the stage would fail on it too.
                return [new("", e.Message)];
            }
        }
    }
}
