using RideIngest.Records;

namespace RideIngest.Producer.Answers;

/// <summary>The problem of a record that breaks a rule (422), or of a body that is no record at all (400).</summary>
internal static class Invalid
{
    public static HttpProblem Of(Reading reading)
    {
        // A problem without a field is the record's as a whole: its bytes cannot be told apart.
        foreach (var problem in reading.Problems)
        {
            if (problem.Field.Length == 0)
                return new HttpProblem(400, "bad-request", "The body is no record", $"The body {problem.Message}.") { Id = reading.Id };
        }
        return new HttpProblem(422, "validation", "The record breaks a rule", Detail(reading))
        {
            Id = reading.Id,
            Errors = reading.Problems.GroupBy(problem => problem.Field).ToDictionary(field => field.Key, field => field.Select(p => p.Message).ToArray()),
        };
    }

    /// <summary>All of it in a line.</summary>
    public static string Line(Reading reading) => string.Join("; ", reading.Problems);

    private static string Detail(Reading reading)
    {
        var line = Line(reading);
        return $"{char.ToUpperInvariant(line[0])}{line[1..]}.";
    }
}
