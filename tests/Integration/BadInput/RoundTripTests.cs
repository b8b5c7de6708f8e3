using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.BadInput;

/// <summary>What is right goes in and comes out the same, whatever its spelling and whatever its neighbours are.</summary>
public sealed class RoundTripTests(SharedSystem shared) : IClassFixture<SharedSystem>
{
    private const int PerUpload = 25;

    private static readonly Catalog Catalog = new();
    private static readonly string[] Kept = ["stored", "accepted"];

    public static TheoryData<string> Kinds => [.. Catalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Any_valid_record_reads_back_as_it_was_posted(string name) => Fuzz.RunAsync(150, async random =>
    {
        var (kind, generator) = (Catalog[name], new RecordGenerator(Catalog[name], random));
        var values = generator.NewValues();
        var record = generator.Read(values);

        var answer = await shared.System.PostAsync($"/v1/{name}", generator.Json(values));

        Assert.True(answer.Status == 201, answer.Text);
        var back = await shared.System.GetAsync($"/v1/{name}/{record.Key}");
        Assert.Equal(Encoding.UTF8.GetString(RecordGenerator.Canonical(kind, record)), back.Text);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_record_is_the_same_in_JSON_in_lines_and_in_CSV(string name) => Fuzz.RunAsync(12, async random =>
    {
        var generator = new RecordGenerator(Catalog[name], random);
        var records = Enumerable.Range(0, PerUpload).Select(_ => generator.NewValues()).ToArray();
        (string Type, string Body)[] forms =
        [
            ("application/x-ndjson", string.Join('\n', records.Select(r => generator.Json(r)))),
            ("application/json", $"[{string.Join(',', records.Select(r => generator.Json(r)))}]"),
            ("text/csv", generator.Csv(records)),
        ];
        random.Shuffle(forms);

        var counted = "stored";
        foreach (var (type, body) in forms)
        {
            var answer = await shared.System.PostAsync($"/v1/{name}/batch", body, type);
            Assert.True(answer.Status == 200 && (int)answer.Json[counted]! == PerUpload, answer.Text);
            counted = "duplicate";
        }
        Assert.Equal(200, (await shared.System.PostAsync($"/v1/{name}", generator.Json(records[0]))).Status);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_bad_line_is_that_lines_outcome_and_its_neighbours_are_stored(string name) => Fuzz.RunAsync(25, async random =>
    {
        var generator = new RecordGenerator(Catalog[name], random);
        var records = Enumerable.Range(0, PerUpload).Select(_ => generator.NewValues()).ToArray();
        var damaged = Enumerable.Range(0, PerUpload).Select(_ => random.Next(3) == 0).ToArray();
        var (type, body) = Upload(generator, records, damaged, random);

        var answer = await shared.System.PostBytesAsync($"/v1/{name}/batch?results=all", body, type);

        Assert.True(answer.Status is 200 or 207, answer.Text);
        var results = answer.Json["results"]!.AsArray();
        Assert.Equal((PerUpload, PerUpload), ((int)answer.Json["received"]!, results.Count));
        foreach (var (index, good) in Enumerable.Range(0, PerUpload).Where(i => !damaged[i]).Select(i => (i, records[i])))
        {
            // On a busy machine the consumer may not be heard for seconds, and senders are not let wait.
            Assert.Equal($"{index} {good[0]}", $"{results[index]!["index"]} {results[index]!["id"]}");
            Assert.Contains((string)results[index]!["status"]!, Kept);
        }
        foreach (var bad in results.Where(r => (string?)r!["status"] == "invalid"))
            Assert.Matches("^line [0-9]+, byte [0-9]+: .", (string)bad!["error"]!);
        await Eventually.True(async () =>
            await CountAsync(name, records.Where((_, i) => !damaged[i])) == PerUpload - damaged.Count(d => d));
    });

    /// <summary>The records in one of the three formats, some with damage that leaves it clear where each begins and ends.</summary>
    private static (string Type, byte[] Body) Upload(RecordGenerator generator, string?[][] records, bool[] damaged, Random random)
    {
        var damage = new Damage(random);
        if (random.Next(3) == 0)
        {
            var rows = generator.Csv(records).Split('\n');
            return ("text/csv", Join("\n", rows.Select((row, i) => Part(row, i > 0 && i <= damaged.Length && damaged[i - 1], "\"\n\r"))));
        }
        var json = records.Select(r => generator.Json(r)).ToArray();
        if (random.Next(2) == 0)
            return ("application/x-ndjson", Join("\n", json.Select((line, i) => Part(line, damaged[i], "\n\r"))));
        return ("application/json", [.. "["u8, .. Join(",", json.Select((line, i) => Part(line, damaged[i], "\"\\[]{},"))), .. "]"u8]);

        byte[] Part(string text, bool bad, string structure) =>
            bad ? damage.Within(Encoding.UTF8.GetBytes(text), structure) : Encoding.UTF8.GetBytes(text);
    }

    private static byte[] Join(string between, IEnumerable<byte[]> parts) =>
        [.. parts.SelectMany((part, i) => i == 0 ? part : [.. Encoding.UTF8.GetBytes(between), .. part])];

    private Task<long> CountAsync(string kind, IEnumerable<string?[]> records) =>
        shared.System.CountAsync(
            $"rides.{kind}",
            string.Create(CultureInfo.InvariantCulture, $"id in ({string.Join(',', records.Select(r => r[0]).DefaultIfEmpty("0"))})"));
}
