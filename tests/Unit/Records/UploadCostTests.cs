using System.Text;
using RideIngest.Records.Uploads;

namespace RideIngest.Unit.Records;

/// <summary>What reading an upload costs, in bytes looked at: no measure of time, so it is the same on every machine.</summary>
public sealed class UploadCostTests
{
    /// <summary>A constant for all uploads. Lines are shorter than pieces here, so that one look at a line counts several.</summary>
    private const long MostLooks = 32;

    private const string Header = "id,body\n";

    public static TheoryData<string, UploadFormat, string, int> Uploads() => new()
    {
        { "quotes that stay open", UploadFormat.Csv, Header + Repeat("a\",\"\n"), int.MaxValue },
        { "quotes that stay open, in small reads", UploadFormat.Csv, Header + Repeat("a\",\"\n"), 16 },
        { "quotes that are closed at the end only", UploadFormat.Csv, Header + Repeat("a\",\"\n") + "a\"\n", int.MaxValue },
        { "quoted cells that go on", UploadFormat.Csv, Header + Repeat("x\"y,\"\n") + "x\"\n", int.MaxValue },
        { "good lines after an open quote", UploadFormat.Csv, Header + "1,\"\n" + Repeat("1,x\n"), int.MaxValue },
        { "good rows of two lines", UploadFormat.Csv, Header + Repeat("1,\"x\ny\"\n"), 16 },
        { "one row of many lines, in small reads", UploadFormat.Csv, Header + "1,\"" + Repeat("x\n") + "\"\n", 16 },
        { "one line, in small reads", UploadFormat.Csv, Header + "1," + Repeat("x"), 16 },
        { "blank lines, in small reads", UploadFormat.Csv, Header + Repeat(" \n"), 16 },
        { "one line, in small reads", UploadFormat.JsonLines, "{\"id\":1,\"body\":\"" + Repeat("x") + "\"}\n", 16 },
        { "spaces, in small reads", UploadFormat.JsonLines, Repeat(" "), 16 },
        { "blank lines, in small reads", UploadFormat.JsonLines, Repeat(" \n"), 16 },
        { "bad lines", UploadFormat.JsonLines, Repeat("{\n"), int.MaxValue },
        { "one record, in small reads", UploadFormat.JsonArray, "[{\"id\":1,\"body\":\"" + Repeat("x") + "\"}]", 16 },
        { "open brackets, in small reads", UploadFormat.JsonArray, Repeat("["), 16 },
        { "bad records", UploadFormat.JsonArray, "[" + Repeat("{},"), int.MaxValue },
        { "spaces, in small reads", UploadFormat.JsonArray, "[" + Repeat(" "), 16 },
    };

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task Each_byte_is_looked_at_a_bounded_number_of_times(string what, UploadFormat format, string upload, int read)
    {
        var body = new CountedBody(Encoding.UTF8.GetBytes(upload), read);

        await foreach (var _ in new UploadReader(GivenKinds.Notes, format).ReadAsync(body))
        {
        }

        Assert.True(body.BytesLookedAt <= MostLooks * upload.Length, $"{what}: {body.BytesLookedAt / upload.Length} looks at each byte");
    }

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, 60_000 / text.Length));
}
