using System.Text;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>What a tap does, and what its sender hears.</summary>
public sealed class TapTests
{
    private const string AnyTap = "--checkin:duplicate_window=0s";

    [Fact]
    public async Task Taps_alternate_and_a_check_out_reaches_the_legacy_api_and_the_employee_once()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);

        var first = await checkIn.TappedAsync("EMP001");
        var second = await checkIn.TappedAsync("EMP001");
        var third = await checkIn.TappedAsync("EMP001");

        Assert.Equal(
            ["checked_in", "checked_out", "checked_in"], new[] { first, second, third }.Select(body => (string)body["action"]!));
        Assert.Equal((string)first["record_id"]!, (string)second["record_id"]!);
        Assert.NotEqual((string)first["record_id"]!, (string)third["record_id"]!);
        Assert.Equal((null, 0), ((double?)first["hours_worked"], (double)second["hours_worked"]!));
        await checkIn.SettledAsync();
        var effect = Assert.Single(checkIn.Legacy.Effects("EMP001"));
        Assert.Equal((1, 0), (effect.Calls, effect.HoursWorked));
        var mail = Assert.Single(checkIn.Mail.Received("EMP001@example.com"));
        Assert.Equal((1, "Checked out after 0 hours"), (mail.Times, mail.Subject));
    }

    [Fact]
    public async Task A_second_tap_within_the_window_is_refused_with_the_first_ones_record()
    {
        await using var checkIn = await CheckInRig.StartAsync();

        var first = await checkIn.TappedAsync("EMP001");
        var second = await checkIn.TapAsync("EMP001");

        Assert.Equal((409, "/problems/tapped-twice"), (second.Status, (string)second.Json["type"]!));
        Assert.Equal(
            ((string)first["record_id"]!, "checked_in"), ((string)second.Json["record_id"]!, (string)second.Json["action"]!));
        Assert.Equal("checked_in", (string)(await checkIn.TappedAsync("EMP002"))["action"]!);
    }

    [Fact]
    public async Task Of_racing_taps_of_an_employee_one_wins()
    {
        await using var checkIn = await CheckInRig.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => checkIn.TapAsync("EMP001")));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(39, answers.Count(answer => answer.Status == 409));
    }

    [Fact]
    public async Task Resending_a_tap_with_its_key_has_the_first_outcome()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);

        var first = await checkIn.TapAsync("EMP001", key: "a");
        var resent = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => checkIn.TapAsync("EMP001", key: "a")));
        var other = await checkIn.TapAsync("EMP002", key: "a");
        var next = await checkIn.TapAsync("EMP001", key: "b");
        var late = await checkIn.TapAsync("EMP001", key: "a");

        Assert.All(resent.Append(late), answer => Assert.Equal((200, first.Text), (answer.Status, answer.Text)));
        Assert.Equal(422, other.Status);
        Assert.Equal("checked_out", (string)next.Json["action"]!);
    }

    [Theory]
    [InlineData("""{"employee_id":"E1"}""", 422, "employee_id must have 3 to 50 letters and digits.")]
    [InlineData("""{"employee_id":"EMP 001"}""", 422, "employee_id must have 3 to 50 letters and digits.")]
    [InlineData("""{"employee_id":17}""", 422, "employee_id must have 3 to 50 letters and digits.")]
    [InlineData("""{"employee":"EMP001"}""", 422, "employee_id is required.")]
    [InlineData("[]", 400, "The body must be a JSON object.")]
    public async Task A_wrong_body_is_named(string body, int status, string detail)
    {
        await using var checkIn = await CheckInRig.StartAsync();

        var answer = await checkIn.System.PostAsync("/api/checkin", body);

        Assert.Equal((status, detail), (answer.Status, (string)answer.Json["detail"]!));
    }

    [Fact]
    public async Task Other_methods_and_types_are_refused()
    {
        await using var checkIn = await CheckInRig.StartAsync();

        Assert.Equal(405, (await checkIn.System.GetAsync("/api/checkin")).Status);
        Assert.Equal(415, (await checkIn.System.PostAsync("/api/checkin", "employee_id=EMP001", "text/plain")).Status);
        Assert.Equal(413, (await checkIn.System.PostAsync("/api/checkin", $$"""{"employee_id":"{{new string('x', 5000)}}"}""")).Status);
    }

    [Fact]
    public async Task An_address_has_a_limit_where_no_key_is_required()
    {
        await using var checkIn = await CheckInRig.StartAsync("--checkin:taps_per_address=3");

        var answers = await Task.WhenAll(Enumerable.Range(100, 20).Select(number => checkIn.TapAsync($"EMP{number}")));

        Assert.Contains(answers, answer => answer.Status == 429 && answer.Headers.RetryAfter is not null);
        Assert.Contains(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task A_key_with_a_rate_has_that_and_one_without_has_the_limit_of_its_address()
    {
        await using var checkIn = await CheckInRig.StartAsync(
        [
            "--checkin:taps_per_address=3", .. Keys.Of(0, "gate", "the-gates-key", "checkin:write"),
            .. Keys.Of(1, "door", "the-doors-key", "checkin:write"), "--auth:keys:0:records_per_second=1000",
        ]);
        using var http = new HttpClient { BaseAddress = new(checkIn.System.Url), Timeout = Deadlines.Hang };

        var ofGate = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => StatusAsync("the-gates-key", $"GATE{number}")));
        var ofDoor = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => StatusAsync("the-doors-key", $"DOOR{number}")));

        Assert.All(ofGate, status => Assert.Equal(200, status));
        Assert.Contains(200, ofDoor);
        Assert.Contains(429, ofDoor);

        async Task<int> StatusAsync(string key, string employee)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkin")
            {
                Content = new StringContent($$"""{"employee_id":"{{employee}}"}""", Encoding.UTF8, "application/json"),
                Headers = { { "X-Api-Key", key } },
            };
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }
    }
}
