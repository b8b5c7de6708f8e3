using System.IO.Pipelines;
using System.Text;
using RideIngest.Records.Uploads;

namespace RideIngest.Unit.Records;

public sealed class UploadTests
{
    private const string Good = """{"id":1,"body":"one"}""";

    [Fact]
    public async Task The_export_is_read_whole()
    {
        var rest = GivenKinds.ExportRow[GivenKinds.ExportRow.IndexOf(',', StringComparison.Ordinal)..];
        var rows = Enumerable.Range(1, 200).Select(id => id + rest);

        var items = await GivenKinds.Upload(
            GivenKinds.Bookings, UploadFormat.Csv, GivenKinds.ExportHeader + "\n" + string.Join("\n", rows));

        Assert.Equal(Enumerable.Range(1, 200).Select(id => (long?)id), items.Select(i => i.Reading.Record?.Key.Number));
        Assert.Equal(Enumerable.Range(2, 200).Select(line => (long)line), items.Select(i => i.Line));
    }

    [Theory]
    [InlineData(
        UploadFormat.JsonLines, "\uFEFF{\"id\":1,\"body\":\"one\"}\r\n\n{bad}\n{\"id\":3}\n  \n{\"id\":4,\"body\":\"é\"}", "1 ! 3! 4")]
    [InlineData(
        UploadFormat.JsonArray,
        "\uFEFF [ {\"id\":1,\"body\":\"a],}\\\"{\"} ,{bad}, {\"id\":3}\n,\"x\",[1,{}],,{\"id\":4,\"body\":\"é\"} ] ", "1 ! 3! ! ! ! 4")]
    [InlineData(UploadFormat.JsonArray, "[]", "")]
    [InlineData(UploadFormat.JsonArray, "[{\"id\":1,\"body\":\"a\"}},{\"id\":2,\"body\":\"b\"}]", "1! 2")]
    [InlineData(
        UploadFormat.Csv, "\uFEFFBODY,other,id\r\none,,1\r\n\r\n\"two, \"\"lines\"\"\n\"\"\",x,2\r\nNULL,,3\r\n4,4\r\nfour,\"\",\"4\"",
        "1 2 3! ! 4")]
    [InlineData(UploadFormat.Csv, "id,body\n1,a\n\"2,b\n3,c\n4,\"d\"x\n5,e\n", "1 ! 3 4! 5")]
    public async Task One_bad_record_does_not_spoil_the_next_wherever_the_reads_are_split(UploadFormat format, string body, string outcomes)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var chunk = 1; chunk <= bytes.Length + 1; chunk = chunk < 20 ? chunk + 1 : chunk + bytes.Length)
        {
            var items = await GivenKinds.Upload(GivenKinds.Notes, format, bytes, chunk);

            Assert.Equal(outcomes, string.Join(" ", items.Select(i => $"{i.Reading.Id}{(i.Reading.IsValid ? "" : "!")}")));
            Assert.Equal(Enumerable.Range(0, items.Count).Select(i => (long)i), items.Select(i => i.Index));
            Assert.DoesNotContain(items, i => i.EndsUpload);
        }
    }

    [Fact]
    public async Task A_record_is_told_by_its_line_and_its_byte()
    {
        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.JsonLines, $"{Good}\n\n{Good}\r\n  {{}}\n");

        Assert.Equal([(1, 0), (3, Good.Length + 2), (4, (Good.Length * 2) + 4)], items.Select(i => ((int)i.Line, (int)i.Offset)));
    }

    [Theory]
    [InlineData(UploadFormat.JsonArray, "", "empty")]
    [InlineData(UploadFormat.JsonArray, "{}", "must be a JSON array")]
    [InlineData(UploadFormat.JsonArray, "[{\"id\":1},{\"id\":2", "ends inside this record")]
    [InlineData(UploadFormat.JsonArray, "[{\"id\":1}", "before the end of its array")]
    [InlineData(UploadFormat.JsonArray, "[{\"id\":1},", "before the end of its array")]
    [InlineData(UploadFormat.JsonArray, "[] []", "after the end")]
    [InlineData(UploadFormat.Csv, "", "empty")]
    [InlineData(UploadFormat.Csv, "id,text,body\n", "two columns")]
    [InlineData(UploadFormat.Csv, "id\n1\n", "no column")]
    [InlineData(UploadFormat.Csv, "id,bodi\n1,x\n", "'bodi'")]
    [InlineData(UploadFormat.Csv, "id,body,wieght\n1,x,3\n", "'wieght'")]
    [InlineData(UploadFormat.Csv, "id;body\n1;x\n", "separated by semicolons")]
    [InlineData(UploadFormat.Csv, "id\tbody\n1\tx\n", "separated by tabs")]
    [InlineData(UploadFormat.Csv, "id,body\r1,x\r", "LF or CRLF")]
    [InlineData(UploadFormat.Csv, ",body\n1,x\n", "is required and has no column")]
    [InlineData(UploadFormat.Csv, "1,x\n2,y\n", "the first line must be a header with the names of the fields, such as id")]
    public async Task An_upload_that_is_wrong_itself_ends_with_the_reason(UploadFormat format, string body, string reason)
    {
        var last = (await GivenKinds.Upload(GivenKinds.Notes, format, body))[^1];

        Assert.True(last.EndsUpload);
        Assert.Contains(last.Reading.Problems, p => p.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("utf-16LE", true)]
    [InlineData("utf-16LE", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public async Task UTF16_is_named_as_what_it_is(string encoding, bool mark)
    {
        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, Encoding.GetEncoding(encoding).GetBytes((mark
            ? "\uFEFF"
            : "") + "id,body\n1,x\n"));

        Assert.Contains("UTF-16", Assert.Single(items).Reading.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gzip_is_named_as_what_it_is()
    {
        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.JsonLines, [0x1F, 0x8B, 8, 0, 10, 7]);

        Assert.Contains("gzip", Assert.Single(items).Reading.Problems[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_array_that_breaks_off_after_a_whole_record_keeps_that_record()
    {
        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.JsonArray, $"[{Good},{Good} ");

        Assert.Equal([true, true, false], items.Select(i => i.Reading.IsValid));
        Assert.True(items[2].EndsUpload);
    }

    [Fact]
    public async Task An_array_that_breaks_off_inside_a_record_names_it()
    {
        var last = (await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.JsonArray, $"[{Good},{{\"id\":2,\"body\":\"tw"))[^1];

        Assert.Equal((2, Good.Length + 2, true), (last.Reading.Id.Number, (int)last.Offset, last.EndsUpload));
    }

    [Fact]
    public async Task Whoever_stops_reading_in_between_leaves_the_body_to_be_read_on()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes($"{Good}\n{Good}\n"));

        await foreach (var _ in new UploadReader(GivenKinds.Notes, UploadFormat.JsonLines).ReadAsync(pipe.Reader))
            break;
        await pipe.Writer.CompleteAsync();

        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal(Good.Length + 1, rest.Buffer.Length);
    }

    [Theory]
    [InlineData(UploadFormat.JsonLines, "{0}\n{1}\n{0}\n")]
    [InlineData(UploadFormat.JsonArray, "[{0},{1},{0}]")]
    public async Task A_record_that_is_too_long_is_let_go_without_being_kept(UploadFormat format, string layout)
    {
        var body = layout.Replace("{0}", Good, StringComparison.Ordinal)
            .Replace("{1}", $$"""{"id":2,"body":"{{new string('x', 500_000)}}"}""", StringComparison.Ordinal);

        var items = await GivenKinds.Upload(GivenKinds.Notes, format, Encoding.UTF8.GetBytes(body));

        Assert.Equal([true, false, true], items.Select(i => i.Reading.IsValid));
        Assert.Equal("is longer than 4096 bytes", items[1].Reading.Problems[0].Message);
        Assert.Equal([false, true, false], items.Select(i => i.IsTooLong));
        Assert.Equal((2, layout.IndexOf("{1}", StringComparison.Ordinal) - 3 + Good.Length), (items[1].Reading.Id.Number, (int)items[1].Offset));
    }

    [Theory]
    [InlineData("1,{0}\n")]
    [InlineData("\"1,{0}\n")]
    public async Task A_CSV_row_that_is_too_long_is_let_go_without_being_kept(string row)
    {
        var body = $"id,body\n{row.Replace("{0}", new string('x', 500_000), StringComparison.Ordinal)}2,two\n";

        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, Encoding.UTF8.GetBytes(body));

        Assert.Equal([false, true], items.Select(i => i.Reading.IsValid));
        Assert.Equal("is longer than 4096 bytes", items[0].Reading.Problems[0].Message);
        Assert.Equal([true, false], items.Select(i => i.IsTooLong));
        Assert.Equal(3, items[1].Line);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_one_line()
    {
        var body = "id,body\n1,\"one\n" + string.Concat(Enumerable.Range(2, 2000).Select(id => $"{id},x\n"));

        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, body);

        Assert.Equal(2001, items.Count);
        Assert.False(items[0].Reading.IsValid);
        Assert.All(items.Skip(1), item => Assert.True(item.Reading.IsValid));
    }

    [Theory]
    [InlineData("1,\"open\n2,\"two\nlines\"\n3,c\n", "1! 2 3")]
    [InlineData("1,a,\"open\n2,\"b\",\"two\nlines\"\n", "1! 2! !")]
    [InlineData("\"1\",x,\"\n\"2\",\"two\nlines\"\n\"3\",\"\"\"three\"\"\n\"\n4,d\n", "1! 2 3 4")]
    [InlineData("a\",\"\na\",\"\na\",\"\n2,b\n3,\"c\nc\"\n4,d\n", "! ! ! 2 3 4")]
    [InlineData("1,a\"\"\"\n2,\"b\n3,c", "1 2! 3")]
    [InlineData("1,a\n2,\"two\nlines\"", "1 2")]
    [InlineData("1,a\n2,\"two\nlines\"\r", "1 2")]
    public async Task An_open_quote_does_not_spoil_the_rows_after_it_wherever_the_reads_are_split(string rows, string outcomes)
    {
        var bytes = Encoding.UTF8.GetBytes("id,body\n" + rows);
        for (var chunk = 1; chunk <= bytes.Length; chunk++)
        {
            var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, bytes, chunk);

            Assert.Equal(outcomes, string.Join(" ", items.Select(i => $"{i.Reading.Id}{(i.Reading.IsValid ? "" : "!")}")));
        }
    }

    [Theory]
    [InlineData("1,\"open\n2,b\n", "has a quoted cell that does not end")]
    [InlineData("1,\"open\n2,\"b\"\n", "has a quoted cell that continues after its closing quote")]
    [InlineData("1,\"open\"x,\"\n2,b\n", "has a quoted cell that continues after its closing quote")]
    [InlineData("1,\"a\na\",\"b\nb\",c\n2,b\n", "has 4 cells where the header has 2")]
    [InlineData("\"1\na\"\n2,b\n", "has 1 cell where the header has 2")]
    public async Task A_row_over_several_lines_that_is_no_good_is_told_by_its_first_line_and_why(string rows, string reason)
    {
        var first = (await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, "id,body\n" + rows))[0];

        Assert.Equal((2, 8, reason), ((int)first.Line, (int)first.Offset, first.Reading.Problems[0].Message));
    }

    [Fact]
    public async Task A_row_over_several_lines_may_be_as_long_as_a_record_and_no_longer()
    {
        var fits = $"1,\"{new string('x', 50)}\n{new string('x', 45)}\"";
        var rows = $"id,body\n{fits}\n{fits.Replace("1,", "12,", StringComparison.Ordinal)}\n3,c\n";

        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.Csv, Encoding.UTF8.GetBytes(rows), longest: fits.Length);

        Assert.Equal([1, 3], items.Where(i => i.Reading.IsValid).Select(i => (int)i.Reading.Id.Number!));
        Assert.Equal(12, items[1].Reading.Id.Number);
        Assert.Equal("has a quoted cell that does not end", items[1].Reading.Problems[0].Message);
    }

    [Theory]
    [InlineData(UploadFormat.Csv, "id,body\n", "a\",\"\n")]
    [InlineData(UploadFormat.JsonLines, "", "{\n")]
    [InlineData(UploadFormat.JsonArray, "[", "{},")]
    public async Task No_record_is_read_after_a_cancellation_even_if_it_has_arrived(UploadFormat format, string start, string record)
    {
        using var gone = new CancellationTokenSource();
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(record, 1000))));
        var read = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in new UploadReader(GivenKinds.Notes, format).ReadAsync(PipeReader.Create(body), gone.Token))
            {
                if (++read == 10)
                    await gone.CancelAsync();
            }
        });

        Assert.Equal(10, read);
    }

    [Fact]
    public async Task A_sender_who_goes_away_leaves_a_last_word()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Good + "\n" + Good[..8]));
        var items = new List<Uploaded>();

        await foreach (var item in new UploadReader(GivenKinds.Notes, UploadFormat.JsonLines).ReadAsync(pipe.Reader))
        {
            items.Add(item);
            await pipe.Writer.CompleteAsync(new IOException("the connection was reset"));
        }

        Assert.True(items[0].Reading.IsValid);
        Assert.True(items[^1].EndsUpload);
        Assert.Equal(22, items[^1].Offset);
        Assert.Equal("the upload was cut off: the connection was reset", items[^1].Reading.Problems[0].Message);
    }

    [Fact]
    public async Task The_last_line_without_an_end_is_read_and_said_to_be_suspect_if_it_is_wrong()
    {
        var items = await GivenKinds.Upload(GivenKinds.Notes, UploadFormat.JsonLines, $"{Good}\n{Good[..12]}");

        Assert.Contains(items[1].Reading.Problems, p => p.Message.Contains("may have been cut off", StringComparison.Ordinal));
    }
}
