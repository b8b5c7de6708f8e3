using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Records.Kinds;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Unit.Records;

public sealed class FrameLinesTests
{
    public static TheoryData<string> Kinds => KindConformanceTests.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_frame_holds_the_records_that_were_put_in_it_whatever_stands_between(string name)
    {
        var kind = GivenKinds.Catalog[name];
        var least = Least(kind);
        var payload = Frame(kind, kind.Sample, least) + "\r\n{bad}\n[1,\n" + kind.Json(kind.Sample);

        var lines = Read(kind, payload);

        Assert.Equal([kind.Sample, least, null, null, kind.Sample], lines.Select(line => line.Reading.Record));
        Assert.Equal(
            ["{bad}", "[1,"],
            lines[2..4].Select(line => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(payload), line.Offset, line.Length)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_rows_as_objects_are_the_records_themselves(string name)
    {
        var kind = GivenKinds.Catalog[name];
        var least = Least(kind);
        var payload = Encoding.UTF8.GetBytes(Frame(kind, kind.Sample, least) + "{bad}\n[1]\n\n");

        Assert.Equal(
            $"{kind.Json(kind.Sample)}\n{kind.Json(least)}\n{{bad}}\n[1]\n\n", Encoding.UTF8.GetString(FrameLines.AsObjects(payload).Span));
        Assert.Equal(
            [kind.Json(kind.Sample), kind.Json(least), "{bad}", "[1]"],
            Read(kind, Encoding.UTF8.GetString(payload)).Select(line => Encoding.UTF8.GetString(FrameLines.AsObject(payload, line).Span)));
    }

    [Fact]
    public void The_names_may_stand_in_any_order_and_case_and_among_others()
    {
        var line = Assert.Single(Read(GivenKinds.Notes, "[ \"BODY\", \"colour\", \"Id\" ]\n[\"text\",{\"red\":[1]},7]"));

        Assert.Empty(line.Reading.Problems);
        Assert.Equal(GivenKinds.Notes.Read("""{"id":7,"body":"text"}""").Record, line.Reading.Record);
    }

    [Theory]
    [InlineData("[\"id\",\"body\"]", "[7]", 7, "has 1 value where the frame has 2 names; body is required")]
    [InlineData("[\"id\",\"body\"]", "[7,\"text\",1]", 7, "has 3 values where the frame has 2 names")]
    [InlineData("[\"id\",\"body\"]", "[7,null]", 7, "body is required")]
    [InlineData("[\"id\",\"bodi\"]", "[7,\"text\"]", 7, "body is missing; 'bodi' was given and is not a field")]
    [InlineData("[\"id\",\"body\",\"id\"]", "[7,\"text\",8]", 7, "id is given twice")]
    [InlineData("[\"id\",\"body\"]", "[7,\"text\"", 7, "is not valid JSON at its byte 10")]
    [InlineData("[\"id\",\"body\"]", "[7,\"text\"]]", 7, "is not valid JSON at its byte 11")]
    [InlineData("{\"id\":7,\"body\":\"text\"}", "[7,\"text\"]", null, "must be a JSON object, not '[7,\"text\"]'")]
    [InlineData("[{\"id\":7,\"body\":\"text\"}]", "[7,\"text\"]", null, "must be a JSON object, not '[7,\"text\"]'")]
    [InlineData("[]", "[7,\"text\"]", null, "must be a JSON object, not '[7,\"text\"]'")]
    [InlineData("[\"id\",\"\\ud800\"]", "[7,\"text\"]", null, "must be a JSON object, not '[7,\"text\"]'")]
    public void What_is_wrong_with_a_row_is_said_with_its_id(string names, string row, int? id, string problems)
    {
        var reading = Read(GivenKinds.Notes, $"{names}\n{row}\n")[^1].Reading;

        Assert.Equal(id, reading.Id.Number);
        Assert.StartsWith(problems, string.Join("; ", reading.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_no_text_stays_as_it_is()
    {
        byte[] payload = [.. "[\"id\",\"body\"]\n[7,\""u8, 0xFF, 0xFE, .. "\"]\n"u8];
        var lines = new List<FrameLine>();
        FrameLines.Read(GivenKinds.Notes, payload, lines);

        Assert.Equal((7, "body"), (Assert.Single(lines).Reading.Id.Number, Assert.Single(lines[0].Reading.Problems).Field));
        Assert.Equal(payload[lines[0].Offset..^1], FrameLines.AsObject(payload, lines[0]).ToArray());
        Assert.Equal(payload[lines[0].Offset..], FrameLines.AsObjects(payload).ToArray());
    }

    [Fact]
    public void What_is_no_name_of_a_field_multiplies_nothing()
    {
        var names = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"n{i}\""));
        var rows = string.Concat(Enumerable.Repeat("[1]\n", 20_000));
        var longName = new string('x', 100_000);

        Assert.All(
            Read(GivenKinds.Notes, $"[{names}]\n{rows}"),
            line => Assert.Equal("has 1 value where the frame has 20000 names", line.Reading.Problems[0].ToString()));
        Assert.All(
            Read(GivenKinds.Notes, $"[\"{longName}\"]\n{rows}"),
            line => Assert.StartsWith("must be a JSON object", line.Reading.Problems[0].Message, StringComparison.Ordinal));
        var payload = Encoding.UTF8.GetBytes($"[\"{longName}\"]\n{rows}");
        Assert.Equal(payload.Length, FrameLines.AsObjects(payload).Length);
    }

    [Fact]
    public void A_line_of_names_alone_is_no_record() => Assert.Empty(Read(GivenKinds.Notes, "[\"id\",\"body\"]\n\n"));

    private static string Frame(Kind kind, params Record[] records)
    {
        var payload = new ArrayBufferWriter<byte>();
        FrameLines.Begin(kind, payload);
        foreach (var record in records)
            FrameLines.Append(kind, record, payload);
        return Encoding.UTF8.GetString(payload.WrittenSpan);
    }

    private static List<FrameLine> Read(Kind kind, string payload)
    {
        var lines = new List<FrameLine>();
        FrameLines.Read(kind, Encoding.UTF8.GetBytes(payload), lines);
        return lines;
    }

    /// <summary>The sample without what may be left out.</summary>
    private static Record Least(Kind kind)
    {
        var json = JsonNode.Parse(kind.Json(kind.Sample))!.AsObject();
        foreach (var field in kind.Fields.Where(field => !field.Required))
        {
            var without = json.DeepClone().AsObject();
            without.Remove(field.Name);
            if (kind.Read(without.ToJsonString()).IsValid)
                json = without;
        }
        return kind.Read(json.ToJsonString()).Record!;
    }
}
