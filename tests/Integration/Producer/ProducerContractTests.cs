using System.Globalization;
using System.Text.Json.Nodes;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>The HTTP contract for single records, line by line, over a whole system.</summary>
public sealed class ProducerContractTests : IAsyncLifetime
{
    private RideSystem _system = null!;

    public async Task InitializeAsync() => _system = await RideSystem.SharedAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("bookings")]
    [InlineData("rides")]
    public async Task A_new_record_is_201_with_its_location_and_a_row_that_reads_back(string kind)
    {
        var id = Given.NewId();

        var answer = await _system.PostAsync($"/v1/{kind}", Of(kind, id));

        Assert.Equal((201, $$"""{"id":{{id}},"status":"stored"}"""), (answer.Status, answer.Text));
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal($"/v1/{kind}/{id}", answer.Headers.Location!.OriginalString);
        Assert.Equal(1, await _system.CountAsync($"rides.{kind}", $"id = {id}"));
        var back = await _system.GetAsync($"/v1/{kind}/{id}");
        Assert.Equal((200, id), (back.Status, (long)back.Json["id"]!));
    }

    [Fact]
    public async Task Resending_the_same_booking_is_a_duplicate()
    {
        var id = Given.NewId();
        await _system.PostAsync("/v1/bookings", Given.Booking(id));

        var again = await _system.PostAsync("/v1/bookings", Given.Booking(id));

        Assert.Equal((200, $$"""{"id":{{id}},"status":"duplicate"}"""), (again.Status, again.Text));
    }

    [Fact]
    public async Task The_same_content_in_the_exports_spelling_is_a_duplicate()
    {
        var id = Given.NewId();
        await _system.PostAsync("/v1/bookings", Given.Booking(id));

        var again = await _system.PostAsync("/v1/bookings", $$"""
            {"ID":"{{id}}","user_id":22177,"vehicle_model_id":28,"package_id":"NULL","travel_type_id":2,"from_date":"1/1/2013 2:00","online_booking":1,"mobile_site_booking":0,"booking_created":"1/1/2013 1:39","Car_Cancellation":0}
            """);

        Assert.Equal(200, again.Status);
    }

    [Fact]
    public async Task The_same_id_with_other_content_is_a_conflict_and_the_stored_one_stays()
    {
        var id = Given.NewId();
        await _system.PostAsync("/v1/bookings", Given.Booking(id, user: 1));

        var other = await _system.PostAsync("/v1/bookings", Given.Booking(id, user: 2));

        Expect(other, 409, "conflict", id, retryable: false);
        Assert.Equal(1, await _system.CountAsync("rides.bookings", $"id = {id} and user_id = 1"));
    }

    [Fact]
    public async Task A_record_that_breaks_rules_is_422_and_names_every_field()
    {
        var id = Given.NewId();

        var answer = await _system.PostAsync(
            "/v1/bookings",
            Given.Booking(id).Replace("\"travel_type_id\":2", "\"travel_type_id\":9,\"from_lat\":91", StringComparison.Ordinal));

        var problem = Expect(answer, 422, "validation", id, retryable: false);
        Assert.Equal(["from_lat", "travel_type_id"], problem["errors"]!.AsObject().Select(field => field.Key).Order());
        Assert.Equal(0, await _system.CountAsync("rides.bookings", $"id = {id}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{\"id\":")]
    public async Task A_body_that_is_no_record_is_400(string body) =>
        Expect(await _system.PostAsync("/v1/bookings", body), 400, "bad-request", null, retryable: false);

    [Fact]
    public async Task A_body_that_breaks_off_still_names_the_record() =>
        Expect(await _system.PostAsync("/v1/bookings", """{"id":77,"user_id":"""), 400, "bad-request", 77, retryable: false);

    [Fact]
    public async Task A_body_beyond_the_limit_is_413() =>
        Expect(
            await _system.PostAsync("/v1/bookings", new string(' ', 70_000) + Given.Booking(1)), 413, "too-large", null, retryable: false);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-ndjson")]
    public async Task A_content_type_that_is_not_JSON_is_415(string contentType) =>
        Expect(
            await _system.PostAsync("/v1/bookings", Given.Booking(1), contentType), 415, "unsupported-media-type", null, retryable: false);

    [Theory]
    [InlineData("/v1/bookings/99999999999")]
    [InlineData("/v1/bookings/abc")]
    [InlineData("/v1/unheard")]
    [InlineData("/v1/receipts/abc")]
    [InlineData("/v1/receipts/AQAAAAAAAAAB")]
    public async Task What_is_not_there_is_404(string path) => Assert.Equal(404, (await _system.GetAsync(path)).Status);

    [Fact]
    public async Task With_respond_async_the_answer_is_202_and_its_receipt_tells_the_end()
    {
        var id = Given.NewId();

        var answer = await _system.PostAsync("/v1/rides", Given.Ride(id), headers: ("Prefer", "respond-async"));

        Assert.Equal(202, answer.Status);
        Assert.Equal("accepted", (string?)answer.Json["status"]);
        Assert.Equal(id, (long)answer.Json["id"]!);
        Assert.Equal($"/v1/receipts/{answer.Json["receipt"]}", answer.Headers.Location!.OriginalString);
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        var receipt = await _system.GetAsync($"{answer.Headers.Location.OriginalString}?wait=10s");
        Assert.Equal((200, $$"""{"id":{{id}},"kind":"rides","status":"stored"}"""), (receipt.Status, receipt.Text));
    }

    [Theory]
    [InlineData("wait=abc")]
    [InlineData("wait")]
    [InlineData("respond-async, wait=-1")]
    public async Task A_preference_that_is_known_and_cannot_be_read_is_400(string preference)
    {
        var id = Given.NewId();

        var answer = await _system.PostAsync("/v1/bookings", Given.Booking(id), headers: ("Prefer", preference));
        var upload = await _system.PostAsync("/v1/bookings/batch", "[]", headers: ("Prefer", preference));

        Expect(answer, 400, "bad-request", null, retryable: false);
        Expect(upload, 400, "bad-request", null, retryable: false);
        Assert.Equal(0, await _system.CountAsync("rides.bookings", $"id = {id}"));
    }

    [Theory]
    [InlineData("wait=10")]
    [InlineData("wait=10s")]
    [InlineData("wait=\"10\"; strict")]
    [InlineData("handling=lenient, unheard=of")]
    public async Task A_preference_that_can_be_read_or_is_not_known_is_no_reason_to_refuse(string preference) =>
        Assert.Equal(201, (await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", preference))).Status);

    [Theory]
    [InlineData("al")]
    [InlineData("")]
    [InlineData("all&results=all")]
    public async Task Results_that_are_not_known_are_400(string results) =>
        Expect(await _system.PostAsync($"/v1/bookings/batch?results={results}", "[]"), 400, "bad-request", null, retryable: false);

    [Theory]
    [InlineData("10", 200)]
    [InlineData("10s", 200)]
    [InlineData("abc", 400)]
    [InlineData("", 400)]
    public async Task The_wait_of_a_receipt_is_read_as_that_of_a_record(string wait, int status)
    {
        var answer = await _system.PostAsync("/v1/rides", Given.Ride(Given.NewId()), headers: ("Prefer", "respond-async"));

        Assert.Equal(status, (await _system.GetAsync($"{answer.Headers.Location!.OriginalString}?wait={wait}")).Status);
    }

    [Fact]
    public async Task A_receipt_of_a_conflict_says_so()
    {
        var id = Given.NewId();
        await _system.PostAsync("/v1/bookings", Given.Booking(id, user: 1));
        var answer = await _system.PostAsync("/v1/bookings", Given.Booking(id, user: 2), headers: ("Prefer", "respond-async"));

        var receipt = await _system.GetAsync($"/v1/receipts/{answer.Json["receipt"]}?wait=10s");

        Assert.Equal((200, "conflict"), (receipt.Status, (string?)receipt.Json["status"]));
        Assert.NotEmpty((string)receipt.Json["error"]!);
    }

    [Fact]
    public async Task A_receipt_changed_by_one_letter_was_never_given()
    {
        var answer = await _system.PostAsync("/v1/rides", Given.Ride(Given.NewId()), headers: ("Prefer", "respond-async"));
        var receipt = (string)answer.Json["receipt"]!;

        Assert.Equal(404, (await _system.GetAsync($"/v1/receipts/{(receipt[0] == 'A' ? 'B' : 'A')}{receipt[1..]}")).Status);
    }

    [Fact]
    public async Task A_record_that_Postgres_refuses_is_422_and_its_neighbours_are_stored()
    {
        await using (var trap = _system.Database.CreateCommand(
            "alter table rides.bookings add constraint no_thirteen check (user_id <> 13)"))
            await trap.ExecuteNonQueryAsync();
        var (bad, good) = (Given.NewId(), Given.NewId());

        var answers = await Task.WhenAll(
            _system.PostAsync("/v1/bookings", Given.Booking(bad, user: 13)),
            _system.PostAsync("/v1/bookings", Given.Booking(good)));

        Expect(answers[0], 422, "not-storable", bad, retryable: false);
        Assert.Equal(201, answers[1].Status);
    }

    [Fact]
    public async Task The_old_path_answers_in_the_old_form()
    {
        var id = Given.NewId();

        var saved = await _system.PostAsync("/save/booking/detail", Given.Booking(id));
        var invalid = await _system.PostAsync("/save/booking/detail", $$"""{"id":{{id}}}""");

        Assert.Equal((201, $$"""{"id":{{id}},"type":1,"error":""}"""), (saved.Status, saved.Text));
        Assert.Equal((422, 2, id), (invalid.Status, (int)invalid.Json["type"]!, (long)invalid.Json["id"]!));
        Assert.Contains("user_id is required", (string)invalid.Json["error"]!, StringComparison.OrdinalIgnoreCase);
        var accepted = await _system.PostAsync("/save/booking/detail", Given.Booking(id), headers: ("Prefer", "respond-async"));
        Assert.Equal((202, $$"""{"id":{{id}},"type":1,"error":""}"""), (accepted.Status, accepted.Text));
        Assert.Equal("stored", (string?)(await _system.GetAsync($"{accepted.Headers.Location}?wait=10s")).Json["status"]);
    }

    [Fact]
    public async Task A_thousand_senders_at_once_each_hear_of_their_own_record()
    {
        var ids = Given.NewIds(1000);

        var answers = await Task.WhenAll(ids.Select(id => _system.PostAsync("/v1/bookings", Given.Booking(id))));

        // On a busy machine a producer may not hear of a consumer in time, and then answers 202.
        Assert.All(answers.Zip(ids), pair => Assert.Equal(pair.Second, (long)pair.First.Json["id"]!));
        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 202, answer.Text));
        await Eventually.True(async () =>
            await _system.CountAsync("rides.bookings", $"id between {ids[0]} and {ids[^1]}") == 1000);
    }

    [Fact]
    public async Task Every_row_has_the_trace_of_its_own_request()
    {
        (long Id, string Trace)[] sent = [.. Enumerable
            .Range(1, 50)
            .Select(i => (Given.NewId(), i.ToString("x32", CultureInfo.InvariantCulture)))];

        await Task.WhenAll(
            sent.Select(
                s => _system.PostAsync(
                    "/v1/bookings", Given.Booking(s.Id), headers: ("traceparent", $"00-{s.Trace}-00000000000000aa-01"))));

        foreach (var (id, trace) in sent)
            Assert.Equal(1, await _system.CountAsync("rides.bookings", $"id = {id} and trace_id = '{trace}'"));
    }

    private static string Of(string kind, long id) => kind == "bookings" ? Given.Booking(id) : Given.Ride(id);

    private static JsonNode Expect(Answer answer, int status, string type, long? id, bool retryable)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal("application/problem+json", answer.ContentType);
        var problem = answer.Json;
        Assert.Equal(
            ($"/problems/{type}", status, id, retryable),
            ((string?)problem["type"], (int)problem["status"]!, (long?)problem["id"], (bool)problem["retryable"]!));
        Assert.NotEmpty((string)problem["title"]!);
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
        return problem;
    }
}
