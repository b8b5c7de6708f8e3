using System.Text;
using RideIngest.Records.Uploads;

namespace RideIngest.Unit.Records;

/// <summary>Uploads damaged at random, by seed.</summary>
public sealed class UploadFuzzTests
{
    private const int Seeds = 400;
    private const int Longest = 600;

    private static readonly string[] Nasty =
        ["\"", "\\", "\n", "\r", "\r\n", ",", "{", "}", "[", "]", " ", "\n\n \n", "\0", "\uFEFF", "é", "\"\"", "\\u0022", "[[", "]]", "},{", "\"\n\"", new string('x', 700), new string(' ', 700), "\"" + new string('y', 700)];

    [Theory]
    [InlineData(UploadFormat.JsonArray)]
    [InlineData(UploadFormat.JsonLines)]
    [InlineData(UploadFormat.Csv)]
    public async Task Where_the_network_cuts_an_upload_makes_no_difference(UploadFormat format)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            var body = Encoding.UTF8.GetBytes(Damaged(Sound(format), random));

            var whole = Told(await Given.Upload(Given.Notes, format, body, body.Length + 1, Longest));
            var cut = Told(await Given.Upload(Given.Notes, format, body, random.Next(1, 50), Longest));

            Assert.True(whole == cut, $"Seed {seed}: {Encoding.UTF8.GetString(body)}\n--- whole:\n{whole}\n--- cut:\n{cut}");
        }
    }

    [Theory]
    [InlineData(UploadFormat.JsonArray)]
    [InlineData(UploadFormat.JsonLines)]
    [InlineData(UploadFormat.Csv)]
    public async Task Every_outcome_has_its_place_and_only_the_last_can_end_the_upload(UploadFormat format)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var body = Encoding.UTF8.GetBytes(Damaged(Sound(format), new Random(seed)));

            var items = await Given.Upload(Given.Notes, format, body, 4096, Longest);

            Assert.Equal(Enumerable.Range(0, items.Count).Select(i => (long)i), items.Select(i => i.Index));
            Assert.DoesNotContain(items.SkipLast(1), i => i.EndsUpload);
            Assert.All(items, item => Assert.InRange(item.Offset, 0, body.Length));
            Assert.All(items, item => Assert.Equal(1 + body.AsSpan(0, (int)item.Offset).Count((byte)'\n'), item.Line));
            Assert.All(items, item => Assert.Equal(item.Reading.IsValid, item.Reading.Problems.Count == 0));
        }
    }

    private static string Sound(UploadFormat format)
    {
        var ids = Enumerable.Range(1, 12);
        return format switch
        {
            UploadFormat.JsonArray => $"[{string.Join(", ", ids.Select(Json))}]\n",
            UploadFormat.JsonLines => string.Concat(ids.Select(id => Json(id) + "\n")),
            _ => "id,body,weight\n" + string.Concat(ids.Select(id => $"{id},\"text, of\n\"\"{id}\"\"\",{id}\n")),
        };

        static string Json(int id) => $$"""{"id":{{id}},"body":"text, of \"{{id}}\"","weight":{{id}}}""";
    }

    private static string Damaged(string sound, Random random)
    {
        var text = new StringBuilder(sound);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                    break;
                case 1 when random.Next(4) == 0:
                    text.Length = at + 1;
                    break;
                default:
                    text.Insert(at, Nasty[random.Next(Nasty.Length)]);
                    break;
            }
        }
        return text.ToString();
    }

    private static string Told(IEnumerable<Uploaded> items) => string.Join('\n', items.Select(i =>
        $"{i.Index} line {i.Line} byte {i.Offset} id {i.Reading.Id} {(i.EndsUpload ? "end " : "")}{string.Join("; ", i.Reading.Problems)}"));
}
