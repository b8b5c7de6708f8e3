using RideIngest.Hosting.Config;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using static RideIngest.Integration.Parking.SummaryRig;

namespace RideIngest.Integration.Parking;

/// <summary>What the summary server answers, and what is in its file then.</summary>
public sealed class SummaryServerTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    private string File => _folder.In("summary.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_summary_of_an_existing_client_is_in_the_file_when_it_is_answered()
    {
        await using var server = await StartAsync(File);

        var answer = await server.PostAsync(Plain);

        Assert.Equal((201, Recorded), (answer.Status, answer.Text));
        Assert.Equal([PlainLine], Lines(File));
    }

    [Fact]
    public async Task Times_have_any_offset_or_none_and_the_file_has_UTC()
    {
        await using var server = await StartAsync(File);
        const string Body =
            """{"vehicle_plate":"AB1","entry_date_time":"2026-11-29 08:00:00.25","exit_date_time":"2026-11-29T14:30:00+05:30","duration":"59m59.75s"}""";

        Assert.Equal(201, (await server.PostAsync(Body)).Status);

        Assert.Equal(["AB1,2026-11-29T08:00:00.25Z,2026-11-29T09:00:00Z,59m59.75s,,"], Lines(File));
    }

    [Fact]
    public async Task Without_a_key_each_request_writes_a_line_and_with_a_key_one()
    {
        await using var server = await StartAsync(File);

        var answers = new List<Answer>
        {
            await server.PostAsync(Plain), await server.PostAsync(Plain), await server.PostAsync(Plain, "a"), await server.PostAsync(Plain, "a"),
        };
        answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.PostAsync(Plain, "b"))));

        Assert.All(answers, answer => Assert.Equal((201, Recorded), (answer.Status, answer.Text)));
        Assert.Equal(4, Lines(File).Length);
    }

    [Fact]
    public async Task A_key_is_that_of_its_sender_and_of_no_visit()
    {
        await using var server = await StartAsync(
            File, [.. Keys.Of(0, "one", "key-1", "parking:write"), .. Keys.Of(1, "two", "key-2", "parking:write")]);

        Assert.Equal(401, (await server.PostAsync(Plain, "v:x1:1")).Status);
        Assert.Equal(201, (await server.PostAsync(Plain, "v:x1:1", "key-1")).Status);
        Assert.Equal(201, (await server.PostAsync(Plain, "v:x1:1", "key-2")).Status);
        Assert.Equal(201, (await server.PostAsync(Plain, "v:x1:1", "key-1")).Status);

        Assert.Equal(2, Lines(File).Length);
    }

    [Theory]
    [InlineData("{}", "vehicle_plate is required; entry_date_time is required; exit_date_time is required; duration is required.")]
    [InlineData("[]", "The body must be a JSON object.")]
    [InlineData("{", "The body is not JSON")]
    [InlineData("""{"vehicle_plate":"?","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T09:00:00Z","duration":"1h"}""", "vehicle_plate must have")]
    [InlineData("""{"vehicle_plate":"A","entry_date_time":8,"exit_date_time":"2026-11-29T09:00:00Z","duration":"1h"}""", "entry_date_time must be")]
    [InlineData("""{"vehicle_plate":"A","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T07:00:00Z","duration":"1h"}""", "exit_date_time must not be before")]
    [InlineData("""{"vehicle_plate":"A","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T09:00:00Z","duration":"=1"}""", "duration must be")]
    public async Task A_summary_that_breaks_a_rule_is_answered_422_with_what_is_wrong(string body, string detail)
    {
        await using var server = await StartAsync(File);

        var answer = await server.PostAsync(body);

        Assert.Equal((422, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.StartsWith(detail, (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.Empty(Lines(File));
    }

    [Fact]
    public async Task Bodies_are_bounded()
    {
        await using var server = await StartAsync(File);

        Assert.Equal(413, (await server.PostAsync($"{Plain}{new string(' ', 70_000)}")).Status);
        Assert.Equal(413, (await server.PostManyAsync(Enumerable.Range(0, 10_001).Select(i => Visit($"x{i}")))).Status);
        Assert.Empty(Lines(File));
    }

    [Fact]
    public async Task A_version_of_a_visit_has_one_line_however_often_it_is_sent()
    {
        await using var server = await StartAsync(File);

        var first = await server.PostManyAsync(Visit("x1"), Visit("x2"), Visit("x1"), Visit("x1", 2));
        var again = await server.PostManyAsync(Visit("x2"), Visit("x3"));

        Assert.Equal((201, Recorded, 201), (first.Status, first.Text, again.Status));
        Assert.Equal([Line("x1"), Line("x2"), Line("x1", 2), Line("x3")], Lines(File));
    }

    [Fact]
    public async Task A_bad_summary_of_many_is_named_and_the_others_are_written()
    {
        await using var server = await StartAsync(File);

        var answer = await server.PostManyAsync(Visit("x1"), Visit("x2", version: 0), "{", Visit("x4"));

        Assert.Equal((207, "2 of 4 are refused"), (answer.Status, (string)answer.Json["detail"]!));
        Assert.Equal([1, 2], answer.Json["problems"]!.AsArray().Select(problem => (int)problem!["index"]!));
        Assert.StartsWith("version must be", (string)answer.Json["problems"]![0]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal([Line("x1"), Line("x4")], Lines(File));
    }

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused()
    {
        await using var server = await StartAsync(File);

        var refused = await Assert.ThrowsAnyAsync<StartupException>(() => StartAsync(File));

        Assert.Contains($"in use by another process, which has locked {File}.keys", refused.Message, StringComparison.Ordinal);
        Assert.Equal(201, (await server.PostAsync(Plain)).Status);
    }

    [Fact]
    public async Task With_rotation_each_day_in_UTC_has_its_file()
    {
        var clock = new SetClock(new(2026, 11, 29, 23, 59, 59, TimeSpan.Zero));
        await using var server = await StartAsync(File, clock, "--parking:summary:rotate=day");
        await server.PostManyAsync(Visit("x1"));

        clock.Now = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);
        await server.PostManyAsync(Visit("x1"), Visit("x2"));

        Assert.Equal([Line("x1")], Lines(_folder.In("summary-2026-11-29.csv")));
        Assert.Equal([Line("x2")], Lines(_folder.In("summary-2026-11-30.csv")));
        Assert.False(System.IO.File.Exists(File));
    }

    private sealed class SetClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
