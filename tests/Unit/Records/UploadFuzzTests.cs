using System.Text;
using System.Text.RegularExpressions;
using RideIngest.Records.Uploads;

namespace RideIngest.Unit.Records;

/// <summary>Uploads damaged at random, by seed.</summary>
public sealed class UploadFuzzTests
{
    private const int Seeds = 400;
    private const int Longest = 600;

    private static readonly string[] Nasty =
        ["\"", "\\", "\n", "\r", "\r\n", ",", "{", "}", "[", "]", " ", "\n\n \n", "\0", "\uFEFF", "é", "\"\"", "\\u0022", "[[", "]]", "},{", "\"\n\"", new string('x', 700), new string(' ', 700), "\"" + new string('y', 700)];

    private const string CsvHeader = "id,body,weight\n";

    private static readonly Regex PlainRow = new($@"\G{PlainCell("id")},{PlainCell("body")},{PlainCell("weight")}\r?(?:\n|\z)");

    private static readonly string[] CsvPieces =
    [
        "\"", "\"", ",", ",", "\n", "\n", "\r\n", "\"\"", ",\"", "\",", "a", "a\",\"\n", "1,a,2\n",
        "1,\"a\nb\",2\n", "2,\"a\"\"\n\n,\"\",b\",\r\n", "3,\"\n", new string('x', 90),
    ];

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

            var whole = Told(await GivenKinds.Upload(GivenKinds.Notes, format, body, body.Length + 1, Longest));
            var cut = Told(await GivenKinds.Upload(GivenKinds.Notes, format, body, random.Next(1, 50), Longest));

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

            var items = await GivenKinds.Upload(GivenKinds.Notes, format, body, 4096, Longest);

            Assert.Equal(Enumerable.Range(0, items.Count).Select(i => (long)i), items.Select(i => i.Index));
            Assert.DoesNotContain(items.SkipLast(1), i => i.EndsUpload);
            Assert.All(items, item => Assert.InRange(item.Offset, 0, body.Length));
            Assert.All(items, item => Assert.Equal(1 + body.AsSpan(0, (int)item.Offset).Count((byte)'\n'), item.Line));
            Assert.All(items, item => Assert.Equal(item.Reading.IsValid, item.Reading.Problems.Count == 0));
        }
    }

    [Fact]
    public async Task CSV_gives_the_records_that_a_plain_reading_of_it_gives_however_it_is_cut()
    {
        for (var seed = 1; seed <= 10 * Seeds; seed++)
        {
            var random = new Random(seed);
            var longest = random.Next(3) == 0 ? Longest : random.Next(20, 100);
            var rows = string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => CsvPieces[random.Next(CsvPieces.Length)]));

            var upload = CsvHeader + rows;

            var items = await GivenKinds.Upload(
                GivenKinds.Notes, UploadFormat.Csv, Encoding.UTF8.GetBytes(upload), random.Next(1, 40), longest);

            var read = string.Join('\n', items.Select(Told));
            Assert.True(ReadPlainly(rows, longest) == read, $"Seed {seed}, at most {longest} bytes: {upload}\n--- was read as:\n{read}");
        }
    }

    /// <summary>
    /// At each line: the row of three cells that begins there, over several lines if need be; without one, that line alone is bad.
    /// </summary>
    private static string ReadPlainly(string rows, int longest)
    {
        var told = new List<string>();
        for (var at = 0; at < rows.Length;)
        {
            var end = rows.IndexOf('\n', at);
            var line = rows[at..(end < 0 ? rows.Length : end)];
            var row = PlainRow.Match(rows, at);
            var isRow = row.Success && row.Value.TrimEnd('\n').Length <= longest;
            if (isRow || line.Trim().Length > 0)
                told.Add($"{CsvHeader.Length + at}: {(isRow ? Body(Cell(row, "id"), Cell(row, "body"), Cell(row, "weight")) : "bad")}");
            at += isRow ? row.Length : line.Length + 1;
        }
        return string.Join('\n', told);
    }

    private static string PlainCell(string name) => $"""(?:"(?<{name}Quoted>(?:[^"]|"")*)"|(?<{name}>[^",\n][^,\n]*?)??)""";

    private static string Cell(Match row, string name) => row.Groups[$"{name}Quoted"] is { Success: true, Value: var quoted }
        ? quoted.Replace("\"\"", "\"", StringComparison.Ordinal)
        : row.Groups[name].Value;

    private static string Body(string id, string body, string weight) =>
        id.Length > 0 && (id + weight).All(char.IsAsciiDigit) && body.Length is > 0 and <= 200 ? body : "invalid";

    private static string Told(Uploaded item) =>
        $"{item.Offset}: {((Note?)item.Reading.Record)?.Body ?? (item.Reading.Problems.Any(p => p.Field.Length == 0) ? "bad" : "invalid")}";

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
