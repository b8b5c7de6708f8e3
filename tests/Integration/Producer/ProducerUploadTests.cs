using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>The HTTP contract for uploads, over a whole system.</summary>
public sealed class ProducerUploadTests : IAsyncLifetime
{
    private RideSystem _system = null!;

    public async Task InitializeAsync() => _system = await RideSystem.SharedAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    [InlineData("text/csv")]
    public async Task Every_row_of_an_upload_is_stored_and_again_every_row_is_a_duplicate(string contentType)
    {
        var ids = Given.NewIds(1700);
        var body = Body(contentType, ids);

        var first = await _system.PostAsync("/v1/bookings/batch", body, contentType);
        var again = await _system.PostAsync("/v1/bookings/batch", body, contentType);

        Assert.Equal(
            (200, """{"received":1700,"stored":1700,"duplicate":0,"accepted":0,"failed":0,"results":[]}"""), (first.Status, first.Text));
        Assert.Equal(
            (200, """{"received":1700,"stored":0,"duplicate":1700,"accepted":0,"failed":0,"results":[]}"""), (again.Status, again.Text));
        Assert.Equal(1700, await _system.CountAsync("rides.bookings", $"id between {ids[0]} and {ids[^1]}"));
    }

    [Fact]
    public async Task The_export_of_XRides_is_stored_whole_and_again_every_row_is_a_duplicate()
    {
        var export = string.Join("\r\n",
            "id,user_id,vehicle_model_id,package_id,travel_type_id,from_area_id,to_area_id,from_city_id,to_city_id,from_date,to_date,online_booking,mobile_site_booking,booking_created,from_lat,from_long,to_lat,to_long,Car_Cancellation",
            "132513,23981,85,NULL,2,120,1041,15,NULL,1/2/2013 1:32,NULL,1,0,1/1/2013 0:02,12.888298,77.62042,12.8066,77.62618,0",
            "134416,19719,85,NULL,2,1026,493,NULL,NULL,11/10/2013 9:55,11/10/2013 12:59,0,0,11/8/2013 16:55,12.90958,77.44679,13.152033,77.69532,0",
            "134094,37918,14,NULL,2,953,1136,NULL,NULL,9/19/2013 20:18,9/19/2013 22:34,0,1,9/19/2013 10:33,13.09584,77.74885,13.038079,77.60196,0",
            "133549,7244,36,7,3,823,NULL,15,NULL,6/23/2013 6:35,NULL,1,0,6/21/2013 16:20,12.879596,77.76611,NULL,NULL,0",
            "132759,23127,12,NULL,2,490,665,NULL,NULL,2/13/2013 11:33,2/13/2013 18:48,0,0,2/12/2013 2:33,13.22438,77.5182,13.127458,77.46343,1",
            "133253,21761,12,,2,1114,482,,,5/5/2013 17:12,5/6/2013 3:59,0,0,5/4/2013 16:57,13.034717,77.79688,12.79311,77.58399,0");

        var first = await _system.PostAsync("/v1/bookings/batch", export, "text/csv");
        var again = await _system.PostAsync("/v1/bookings/batch", export, "text/csv");

        Assert.Equal((200, """{"received":6,"stored":6,"duplicate":0,"accepted":0,"failed":0,"results":[]}"""), (first.Status, first.Text));
        Assert.Equal((200, """{"received":6,"stored":0,"duplicate":6,"accepted":0,"failed":0,"results":[]}"""), (again.Status, again.Text));
        Assert.Equal(
            1, await _system.CountAsync(
                "rides.bookings",
                "id = 133549 and package_id = 7 and to_lat is null and from_date = '2013-06-23T06:35Z' and online_booking"));
        Assert.Equal(1, await _system.CountAsync("rides.bookings", "car_cancellation and id between 132513 and 134416"));
    }

    [Fact]
    public async Task Bad_lines_are_their_own_outcome_and_their_neighbours_are_stored()
    {
        var ids = Given.NewIds(5);
        await _system.PostAsync("/v1/bookings", Given.Booking(ids[4], user: 1));
        var lines = string.Join('\n',
            Given.Booking(ids[0]),
            "nonsense",
            Given.Booking(ids[1]),
            Given.Booking(ids[2]).Replace("\"travel_type_id\":2", "\"travel_type_id\":7", StringComparison.Ordinal),
            Given.Booking(ids[3]),
            Given.Booking(ids[4], user: 2));

        var answer = await _system.PostAsync("/v1/bookings/batch", lines, "application/x-ndjson");

        Assert.Equal(207, answer.Status);
        Assert.StartsWith("""{"received":6,"stored":3,"duplicate":0,"accepted":0,"failed":3,""", answer.Text, StringComparison.Ordinal);
        var failures = answer.Json["results"]!.AsArray();
        Assert.Equal(
            [(1, null, "invalid"), (3, ids[2], "invalid"), (5, ids[4], "conflict")],
            failures.Select(f => ((int)f!["index"]!, (long?)f["id"], (string?)f["status"])));
        Assert.Equal(
            [(null, "bad-request", false), ("travel_type_id", "validation", false), (null, "conflict", false)],
            failures.Select(f => ((string?)f!["field"], (string?)f["code"], (bool)f["retryable"]!)));
        Assert.StartsWith("line 2, byte ", (string)failures[0]!["error"]!, StringComparison.Ordinal);
        Assert.Contains("travel_type_id must be", (string)failures[1]!["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_line_is_told_as_much_as_a_single_record()
    {
        var answer = await _system.PostAsync(
            "/v1/bookings/batch", $"{{\"id\":1}}\n{{\"id\":2,\"x\":\"{new string('x', 70_000)}\"}}\n", "application/x-ndjson");

        var (missing, large) = (answer.Json["results"]![0]!, answer.Json["results"]![1]!);
        var single = await _system.PostAsync("/v1/bookings", """{"id":1}""");
        Assert.All(single.Json["errors"]!.AsObject(), error => Assert.Contains(error.Key, (string)missing["error"]!, StringComparison.Ordinal));
        Assert.Equal("too-large", (string)large["code"]!);
    }

    [Fact]
    public async Task With_results_all_every_record_is_listed_in_order()
    {
        var ids = Given.NewIds(600);

        var answer = await _system.PostAsync("/v1/bookings/batch?results=all", Body("application/json", ids));

        Assert.Equal(200, answer.Status);
        Assert.Equal(ids, answer.Json["results"]!.AsArray().Select(r => (long)r!["id"]!));
        Assert.All(answer.Json["results"]!.AsArray(), r => Assert.Equal("stored", (string?)r!["status"]));
    }

    [Theory]
    [InlineData("application/x-ndjson", true)]
    [InlineData("application/x-ndjson, */*;q=0.1", true)]
    [InlineData("application/json;q=0.5, application/x-ndjson, */*", true)]
    [InlineData("*/*, application/x-ndjson;q=0.1", false)]
    [InlineData("application/*, application/x-ndjson;q=0.9", false)]
    [InlineData("*/*", false)]
    public async Task Outcomes_come_as_lines_where_the_sender_likes_them_no_less(string accept, bool lines)
    {
        var answer = await _system.PostAsync("/v1/bookings/batch", Body("application/json", Given.NewIds(1)), headers: ("Accept", accept));

        Assert.StartsWith(lines ? "{\"index\":0," : "{\"received\":1,", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_results_all_a_failure_is_listed_however_many_records_came_before()
    {
        // Records of a small kind: so many bookings would take most of this test's time.
        await using var system = await RideSystem.StartAsync(catalog: RecordsDatabase.Catalog);
        var ids = Given.NewIds(251_001);
        var lines = string.Join('\n', ids[..^1].Select(id => $$"""{"id":{{id}},"seat":"{{id}}A"}"""));

        var answer = await system.PostAsync("/v1/tickets/batch?results=all", $"{lines}\n{{\"id\":{ids[^1]}}}\n", "application/x-ndjson");

        Assert.Equal(
            (207, 251_000, 1, true),
            (answer.Status, (int)answer.Json["stored"]!, (int)answer.Json["failed"]!, (bool)answer.Json["truncated"]!));
        var results = answer.Json["results"]!.AsArray();
        Assert.Equal((250_001, ids[^1], 251_000), (results.Count, (long)results[^1]!["id"]!, (int)results[^1]!["index"]!));
    }

    [Fact]
    public async Task Failures_beyond_ten_thousand_are_counted_and_not_listed()
    {
        var answer = await _system.PostAsync(
            "/v1/bookings/batch", string.Concat(Enumerable.Repeat("{}\n", 10_001)), "application/x-ndjson");

        Assert.Equal(207, answer.Status);
        Assert.Equal(
            (10_001, 10_000, true, 1),
            ((int)answer.Json["failed"]!, answer.Json["results"]!.AsArray().Count, (bool)answer.Json["truncated"]!,
                (int)answer.Json["not_listed"]!));
    }

    [Fact]
    public async Task With_respond_async_the_answer_is_202_and_every_record_has_a_receipt()
    {
        var answer = await _system.PostAsync(
            "/v1/bookings/batch", Body("application/json", Given.NewIds(3)), headers: ("Prefer", "respond-async"));

        Assert.Equal(202, answer.Status);
        Assert.Equal((3, 3), ((int)answer.Json["accepted"]!, answer.Json["results"]!.AsArray().Count));
        Assert.NotNull(answer.Headers.RetryAfter);
        var lines = await _system.PostAsync(
            "/v1/bookings/batch", Body("application/json", Given.NewIds(3)),
            headers: [("Prefer", "respond-async"), ("Accept", "application/x-ndjson")]);
        Assert.Equal((202, true), (lines.Status, lines.Headers.RetryAfter is not null));
        foreach (var result in answer.Json["results"]!.AsArray())
            Assert.Equal("stored", (string?)(await _system.GetAsync($"/v1/receipts/{result!["receipt"]}?wait=10s")).Json["status"]);
    }

    [Fact]
    public async Task Blank_lines_and_the_header_of_CSV_do_not_count_in_the_index()
    {
        var lines = await _system.PostAsync("/v1/bookings/batch", $"\n\n{Given.Booking(Given.NewId())}\n\n{{}}\n", "application/x-ndjson");
        var rows = await _system.PostAsync(
            "/v1/bookings/batch", $"{Given.BookingCsv([Given.NewId()])}\n{Given.BookingCsv([0]).Split('\n')[1]}\n", "text/csv");

        Assert.Equal((1, 1), ((int)lines.Json["results"]![0]!["index"]!, (int)rows.Json["results"]![0]!["index"]!));
    }

    [Theory]
    [InlineData("application/json", "{}")]
    [InlineData("application/json", "")]
    [InlineData("text/csv", "")]
    [InlineData("text/csv", "id,nothing\n1,2\n")]
    public async Task An_upload_that_is_none_is_400(string contentType, string body)
    {
        var answer = await _system.PostAsync("/v1/bookings/batch", body, contentType);

        Assert.Contains(answer.Status, (int[])[400, 422]);
        Assert.Equal("The upload cannot be read", (string?)answer.Json["title"]);
        Assert.StartsWith("line 1, byte ", (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal("application/problem+json", answer.ContentType);
    }

    [Fact]
    public async Task An_upload_of_another_type_is_415() =>
        Assert.Equal(415, (await _system.PostAsync("/v1/bookings/batch", "<xml/>", "application/xml")).Status);

    [Fact]
    public async Task An_empty_array_is_an_upload_of_nothing()
    {
        var answer = await _system.PostAsync("/v1/bookings/batch", "[]");

        Assert.Equal((200, 0), (answer.Status, (int)answer.Json["received"]!));
    }

    [Fact]
    public async Task Outcomes_stream_back_while_the_upload_is_still_being_sent()
    {
        var ids = Given.NewIds(2);
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, _system.Client.BaseAddress!.Port);
        await using var stream = connection.GetStream();
        using var answer = new StreamReader(stream);
        await stream.WriteAsync(
            "POST /v1/bookings/batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nAccept: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());

        await stream.WriteAsync(Chunk(Given.Booking(ids[0])));
        var first = await NextLineAsync();
        await stream.WriteAsync(Chunk(Given.Booking(ids[1])));
        var second = await NextLineAsync();
        await stream.WriteAsync("0\r\n\r\n"u8.ToArray());

        Assert.Equal((0, ids[0], "stored"), ((int)first["index"]!, (long)first["id"]!, (string?)first["status"]));
        Assert.Equal((1, ids[1], "stored"), ((int)second["index"]!, (long)second["id"]!, (string?)second["status"]));
        Assert.DoesNotContain("{", await answer.ReadToEndAsync(), StringComparison.Ordinal);

        static byte[] Chunk(string line) =>
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line.Trim().Length + 1:x}\r\n{line.Trim()}\n\r\n"));

        async Task<JsonNode> NextLineAsync()
        {
            while (await answer.ReadLineAsync().WaitAsync(Deadlines.Hang) is { } line)
            {
                if (line.StartsWith('{'))
                    return JsonNode.Parse(line)!;
            }
            throw new InvalidOperationException("The answer ended.");
        }
    }

    private static string Body(string contentType, long[] ids) => contentType switch
    {
        "application/json" => $"[{string.Join(',', ids.Select(id => Given.Booking(id)))}]",
        "text/csv" => Given.BookingCsv(ids),
        _ => string.Join('\n', ids.Select(id => Given.Booking(id))),
    };
}
