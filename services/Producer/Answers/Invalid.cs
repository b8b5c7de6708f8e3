using System.Globalization;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Answers;

/// <summary>Makes the problem of an invalid record (422), or of a body that cannot be parsed (400).</summary>
internal static class Invalid
{
    private const int MostInLine = 5;
    private const string TooSlow = "the body arrived too slowly";

    public static Problem Of(Reading reading)
    {
        // A problem without a field concerns the whole record: its bytes cannot be parsed.
        foreach (var problem in reading.Problems)
        {
            if (problem.Field.Length == 0)
                return new Problem(400, "bad-request", "The body is not a record", $"The body {problem.Message}.") { Id = reading.Id };
        }
        return new Problem(422, "validation", "The record breaks a rule", $"{Line(reading)}.")
        {
            Id = reading.Id,
            Errors = reading.ProblemsByField,
        };
    }

    /// <summary>The problem of an upload of which nothing could be read.</summary>
    public static Problem Of(in Uploaded upload)
    {
        var reading = upload.Reading;
        var fields = reading.Problems.All(problem => problem.Field.Length > 0);
        return new Problem(fields ? 422 : 400, fields ? "validation" : "bad-request", "The upload cannot be read", $"{Line(upload)}.")
        {
            Id = reading.Id,
            Errors = fields ? reading.ProblemsByField : null,
        };
    }

    /// <summary>The problem of an upload that stalled for too long, which may succeed on retry. Null if the cause is different.</summary>
    public static Problem? Late(in Uploaded upload) =>
        IsLate(upload) ? Problem.OfStatus(408) with { Detail = $"{Line(upload)}." } : null;

    /// <summary>The problem type of a record that cannot be read or breaks a rule.</summary>
    public static string Code(in Uploaded upload) => upload.Broken is BadHttpRequestException broken
        ? Problem.OfStatus(broken.StatusCode).Type
        : upload.IsTooLong ? Problem.OfStatus(StatusCodes.Status413PayloadTooLarge).Type
        : upload.Reading.Problems.All(problem => problem.Field.Length > 0) ? "validation" : "bad-request";

    /// <summary>The first field with a problem; null if the problem concerns the whole record.</summary>
    public static string? Field(in Uploaded upload) => upload.Reading.Problems.FirstOrDefault(problem => problem.Field.Length > 0).Field;

    private static bool IsLate(in Uploaded upload) =>
        upload.Broken is BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout };

    /// <summary>The problems in one line, with their place in the upload.</summary>
    public static string Line(in Uploaded uploaded) => Line(uploaded, IsLate(uploaded) ? TooSlow : Line(uploaded.Reading));

    /// <summary>A reason with its place in the upload.</summary>
    public static string Line(in Uploaded uploaded, string? reason) =>
        string.Create(CultureInfo.InvariantCulture, $"line {uploaded.Line}, byte {uploaded.Offset}: {reason}");

    private static string Line(Reading reading)
    {
        var line = string.Join("; ", reading.Problems.Take(MostInLine));
        var others = reading.Problems.Skip(MostInLine).Select(problem => problem.Field).Distinct(StringComparer.Ordinal);
        return reading.Problems.Count <= MostInLine ? line : $"{line}; also wrong: {string.Join(", ", others)}";
    }
}
