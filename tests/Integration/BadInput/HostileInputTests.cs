using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Contracts.Outcomes;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.TestKit.Waiting;
using Xunit.Abstractions;

namespace RideIngest.Integration.BadInput;

/// <summary>Whatever is sent: an answer in time, never a failure of ours, and always one that a program can read.</summary>
public sealed class HostileInputTests(SharedSystem shared, ITestOutputHelper output) : IClassFixture<SharedSystem>
{
    private static readonly Catalog Catalog = new();

    private readonly ConcurrentDictionary<int, int> _statuses = [];

    [Fact]
    public async Task Damaged_content_is_answered_with_what_is_wrong_with_it()
    {
        var receipt = await ReceiptAsync();

        var cases = await Fuzz.RunAsync(1500, async random =>
        {
            var request = new Requests(Catalog, receipt, random).Next(out var target);
            var answer = await RawHttp.SendAsync(shared.Port, request);
            Assert.NotEqual(0, answer.Status);
            Check(answer, target, request);
        });

        Report(cases);
    }

    [Fact]
    public async Task A_damaged_head_is_answered_too_or_the_connection_is_closed()
    {
        var receipt = await ReceiptAsync();

        var cases = await Fuzz.RunAsync(750, async random =>
        {
            var request = new Damage(random).To(new Requests(Catalog, receipt, random).Next(out _));
            Check(await RawHttp.SendAsync(shared.Port, request, whole: false), target: null, request);
        });

        Report(cases);
        await Eventually.True(
            async () => (await shared.System.PostAsync("/v1/bookings/batch", $"[{Given.Booking(Given.NewId())}]")).Status == 200);
    }

    private async Task<string> ReceiptAsync() =>
        (string)(await shared.System.PostAsync(
            "/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"))).Json["receipt"]!;

    private void Check(RawAnswer answer, string? target, byte[] request)
    {
        const int Shown = 2000;
        _statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);

        // A sender who leaves does not wait for the frames of its upload; many at once are shed.
        var shed = answer.Status == 503 && target is null && answer.Body.Contains("/problems/busy", StringComparison.Ordinal);
        Assert.True(answer.Status is < 500 or 505
            || shed, $"{answer.Status} {answer.Body} to {JsonValue.Create(Encoding.Latin1.GetString(request.AsSpan(0, Math.Min(request.Length, Shown))))}");
        if (request.AsSpan().StartsWith("HEAD"u8) || answer.Status == 0)
            return;

        // What is no HTTP the web server refuses itself, without a word.
        if (answer is { Status: 400 or 405 or 414 or 431 or 505, Body: "" })
            return;
        if (answer.Status >= 400)
            CheckProblem(answer, mayBeOld: target is null or "/save/booking/detail");
        else if (target?.Contains("/batch", StringComparison.Ordinal) == true && answer.ContentType == "application/json")
            CheckCounts(JsonNode.Parse(answer.Body)!, answer.Status);
    }

    private static void CheckProblem(RawAnswer answer, bool mayBeOld)
    {
        var problem = JsonNode.Parse(answer.Body)!;
        if (mayBeOld && answer.ContentType == "application/json")
        {
            Assert.Equal(2, (int)problem["type"]!);
            Assert.NotEmpty((string)problem["error"]!);
            return;
        }
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal(answer.Status, (int)problem["status"]!);
        Assert.StartsWith("/problems/", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["traceId"]!);
        Assert.Equal(answer.Status == 503, (bool)problem["retryable"]!);
        Assert.True(answer.Status != 422 || problem["errors"]!.AsObject().Count > 0, answer.Body);
    }

    private static void CheckCounts(JsonNode upload, int status)
    {
        var (received, failed) = ((int)upload["received"]!, (int)upload["failed"]!);
        Assert.Equal(received, (int)upload["stored"]! + (int)upload["duplicate"]! + (int)upload["accepted"]! + failed);
        Assert.Equal(failed > 0, status == 207);
    }

    private void Report(int cases) =>
        output.WriteLine(
            $"{cases} cases: {string.Join(", ", _statuses.OrderBy(s => s.Key).Select(s => $"{s.Value} × {(s.Key == 0 ? "closed" : s.Key)}"))}");
}
