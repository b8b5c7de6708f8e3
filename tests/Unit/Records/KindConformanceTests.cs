using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;

namespace RideIngest.Unit.Records;

/// <summary>What holds for every kind there is; a new one is covered by being found.</summary>
public sealed class KindConformanceTests
{
    public static TheoryData<string> Kinds => [.. GivenKinds.Catalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_written_is_read_back_as_the_same_record(string name)
    {
        var kind = GivenKinds.Catalog[name];

        var reading = kind.Read(kind.Json(kind.Sample));

        Assert.Empty(reading.Problems);
        Assert.Equal(kind.Sample, reading.Record);
        Assert.Equal(kind.Sample.Key, reading.Id);
        Assert.Equal(kind.Digest(kind.Sample), kind.Digest(reading.Record!));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Order_and_case_of_the_names_make_no_difference(string name)
    {
        var kind = GivenKinds.Catalog[name];
        var properties = JsonNode.Parse(kind.Json(kind.Sample))!.AsObject().Reverse();

        var shouted = "{" + string.Join(" , ", properties.Select(p => $"\"{p.Key.ToUpperInvariant()}\" : {p.Value!.ToJsonString()}")) + "}";

        Assert.Equal(kind.Sample, kind.Read(shouted).Record);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_row_of_CSV_is_read_as_the_same_record(string name)
    {
        var kind = GivenKinds.Catalog[name];
        var sample = JsonNode.Parse(kind.Json(kind.Sample))!.AsObject();
        var cells = kind.Fields.Select(f => sample[f.Name] is { } value
            ? $"\"{value.ToString().Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : "NULL");

        var items = await GivenKinds.Upload(
            kind, UploadFormat.Csv, $"{string.Join(",", kind.Fields.Select(f => f.Name))}\r\n{string.Join(",", cells)}\r\n");

        var item = Assert.Single(items);
        Assert.Empty(item.Reading.Problems);
        Assert.Equal(kind.Sample, item.Reading.Record);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_required_field_is_missed_and_each_optional_one_is_not(string name)
    {
        var kind = GivenKinds.Catalog[name];

        var missed = kind.Read("""{"id":1}""").Problems.Select(p => p.Field);

        Assert.Equal(kind.Fields.Where(f => f.Required && f.Name != "id").Select(f => f.Name), missed);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_counts_in_the_digest(string name)
    {
        var kind = GivenKinds.Catalog[name];
        var sample = JsonNode.Parse(kind.Json(kind.Sample))!.AsObject();
        foreach (var field in kind.Fields.Where(f => !f.Required && sample.ContainsKey(f.Name)))
        {
            var without = JsonNode.Parse(sample.ToJsonString())!.AsObject();
            without.Remove(field.Name);
            if (kind.Read(without.ToJsonString()).Record is { } record)
                Assert.NotEqual(kind.Digest(kind.Sample), kind.Digest(record));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_says_what_it_must_be(string name)
    {
        foreach (var field in GivenKinds.Catalog[name].Fields)
        {
            Assert.NotEmpty(field.Expected);
            Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(field.Name), field.Name);
        }
    }
}
