using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>The outcomes of frames: the reply that the publisher gets, and the rows in the tables.</summary>
public sealed class ConsumerOutcomeTests(SharedRig shared) : IClassFixture<SharedRig>, IAsyncLifetime
{
    private readonly ConsumerRig _rig = shared.Rig;

    public Task InitializeAsync() => _rig.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_frame_from_any_NATS_client_is_stored_and_answered()
    {
        var reply = await _rig.SendAsync(ConsumerRig.Lines(1, 3), headers: new NatsHeaders { [FrameHeaders.Id] = "frame-1" });

        Assert.Equal(new { Frame = (string?)"frame-1", Received = 3, Stored = 3 }, new { reply.Frame, reply.Received, reply.Stored });
        Assert.Empty(reply.Exceptions);
        Assert.Equal(3, await _rig.CountAsync());
        await _rig.SettledAsync();
    }

    [Fact]
    public async Task A_frame_published_outside_JetStream_and_without_headers_is_stored()
    {
        await _rig.Client.PublishAsync("rides.ingest.bookings", ConsumerRig.Line(7));

        await Eventually.True(async () => await _rig.CountAsync() == 1);
        await _rig.SettledAsync();
    }

    [Fact]
    public async Task Each_record_of_a_frame_gets_its_own_outcome_and_what_cannot_be_stored_is_a_dead_letter()
    {
        await _rig.SendAsync(ConsumerRig.Line(1) + ConsumerRig.Line(2));
        await _rig.Database.ExecuteAsync("alter table rides.bookings add check (user_id <> 666)");

        var reply = await _rig.SendAsync(
            ConsumerRig.Line(1) + ConsumerRig.Line(2, user: 5) + "{\"id\":3}\n" + ConsumerRig.Line(4, user: 666)
                + "no json\n\n" + ConsumerRig.Line(6));

        Assert.Equal((6, 1, 1, 1, 2, 1), (reply.Received, reply.Stored, reply.Duplicate, reply.Conflict, reply.Invalid, reply.Failed));
        Assert.Equal(
            [(0, 1, Status.Duplicate), (1, 2, Status.Conflict), (2, 3, Status.Invalid), (3, 4, Status.Failed), (4, null, Status.Invalid)],
            reply.Exceptions.Select(e => (e.Index, e.Id, e.Outcome.Status)));
        Assert.Contains("user_id is required", reply.Exceptions[2].Outcome.Message, StringComparison.Ordinal);
        Assert.Equal("23514", reply.Exceptions[3].Outcome.Code);
        Assert.Equal(1, await _rig.Database.ScalarAsync<long>("select user_id from rides.bookings where id = 2"));
        Assert.Equal("3:invalid 4:23514 none:invalid", await _rig.Database.ScalarAsync<string>(
            "select string_agg(coalesce(key, 'none') || ':' || code, ' ' order by key) from ops.dead_letters"));
        Assert.Equal(
            "{\"id\":3}",
            await _rig.Database.ScalarAsync<string>("select convert_from(payload, 'utf8') from ops.dead_letters where key = '3'"));
        await _rig.SettledAsync();
    }

    [Fact]
    public async Task Rows_of_a_frame_that_names_its_fields_end_each_for_itself_and_become_objects_where_they_are_kept()
    {
        await _rig.SendAsync(ConsumerRig.Line(1));
        await _rig.Database.ExecuteAsync("alter table rides.bookings add check (user_id <> 666)");

        var reply = await _rig.SendAsync(ConsumerRig.Frame((1, 1), (2, 666), (3, 3)) + "[4]\n" + ConsumerRig.Line(5));

        Assert.Equal((5, 2, 1, 1, 1), (reply.Received, reply.Stored, reply.Duplicate, reply.Failed, reply.Invalid));
        Assert.Equal(
            [(0, 1, Status.Duplicate), (1, 2, Status.Failed), (3, 4, Status.Invalid)],
            reply.Exceptions.Select(e => (e.Index, e.Id, e.Outcome.Status)));
        Assert.Equal(
            $"{ConsumerRig.Line(2, user: 666)}[4]",
            await _rig.Database.ScalarAsync<string>(
                "select string_agg(convert_from(payload, 'utf8'), e'\\n' order by key) from ops.dead_letters"));
        await _rig.SettledAsync();
    }

    [Fact]
    public async Task A_frame_of_an_unknown_kind_is_kept_as_objects_which_can_be_sent_again()
    {
        await _rig.SendAsync(ConsumerRig.Frame((1, 1), (2, 2)), "pigeons");

        Assert.Equal(
            ConsumerRig.Line(1) + ConsumerRig.Line(2, user: 2),
            await _rig.Database.ScalarAsync<string>(
                "select convert_from(payload, 'utf8') from ops.dead_letters where code = 'unknown_kind'"));
    }

    [Fact]
    public async Task A_conflict_that_nobody_would_hear_of_is_kept_as_a_dead_letter()
    {
        await _rig.SendAsync(ConsumerRig.Line(1));

        await _rig.PublishAsync(ConsumerRig.Line(1, user: 2));

        await _rig.SettledAsync();
        Assert.Equal("conflict", await _rig.Database.ScalarAsync<string>("select code from ops.dead_letters where key = '1'"));
    }

    [Theory]
    [InlineData("bookings", "this is no JSON\nat all", "undecodable")]
    [InlineData("bookings", "\n\n", "empty")]
    [InlineData("bookings", "", "empty")]
    [InlineData("pigeons", "{\"id\":1}", "unknown_kind")]
    [InlineData("bookings", "\u0000\u0001PNG\r\n", "undecodable")]
    public async Task A_frame_that_is_none_is_kept_whole_with_its_bytes_and_settled(string kind, string payload, string code)
    {
        var reply = await _rig.SendAsync(payload, kind);

        Assert.Equal(0, reply.Received);
        var kept = await new DeadLetterStore(_rig.Database).FindAsync(
            "rides", "store", kind == "pigeons" ? "unknown" : kind, null,
            DeadLetter.DigestOf(System.Text.Encoding.UTF8.GetBytes(payload.TrimEnd('\n'))));
        Assert.Equal((code, $"rides.ingest.{kind}"), (kept!.Letter.Code, kept.Letter.Subject));
        Assert.Equal(payload, System.Text.Encoding.UTF8.GetString(kept.Letter.Payload.Span));
        Assert.Equal(1, (await _rig.SendAsync(ConsumerRig.Line(1))).Stored);
        await _rig.SettledAsync();
    }

    [Fact]
    public async Task A_frame_whose_headers_cannot_be_read_is_kept_with_its_bytes()
    {
        using var raw = new RawPublisher(_rig.Nats.Url);

        raw.Publish("rides.ingest.bookings", "NATS/1.0\r\nno header at all\r\n\r\n", ConsumerRig.Line(1));

        await Eventually.True(async () => await _rig.CountAsync("ops.dead_letters") == 1);
        await _rig.SettledAsync();
        Assert.Equal(
            ConsumerRig.Line(1), await _rig.Database.ScalarAsync<string>("select convert_from(payload, 'utf8') from ops.dead_letters"));
    }

    [Theory]
    [InlineData("rides.ingest.bookings")]
    [InlineData("$JS.API.STREAM.DELETE.RIDES")]
    [InlineData("not a subject")]
    [InlineData("longer-than-the-server-takes", 200)]
    public async Task A_reply_subject_that_leads_astray_gets_no_reply_and_the_frame_is_stored(string subject, int times = 1)
    {
        subject = string.Concat(Enumerable.Repeat(subject, times));
        await _rig.PublishAsync(ConsumerRig.Line(1), headers: new NatsHeaders { [FrameHeaders.Reply] = subject });

        await _rig.SettledAsync();
        Assert.Equal(1, await _rig.CountAsync());
        Assert.Equal(0, await _rig.CountAsync("ops.dead_letters"));
    }

    [Fact]
    public async Task A_frame_on_a_subject_of_any_length_is_kept_whole_and_holds_nobody_up()
    {
        var random = new Random(1);
        var kind = string.Create(
            3300, random, static (letters, random) => random.GetItems("abcdefghijklmnopqrstuvwxyz0123456789", letters));

        await _rig.PublishAsync(ConsumerRig.Line(1), kind);
        await _rig.PublishAsync(ConsumerRig.Line(3), "a" + string.Concat(Enumerable.Repeat("🚕", 120)));

        Assert.Equal(1, (await _rig.SendAsync(ConsumerRig.Line(2))).Stored);
        await _rig.SettledAsync();
        Assert.Equal(1, await _rig.CountAsync($"ops.dead_letters where kind = 'unknown' and subject = 'rides.ingest.{kind}'"));
        Assert.Equal(1, await _rig.CountAsync("ops.dead_letters where kind = 'unknown' and subject like 'rides.ingest.a🚕%🚕'"));
    }

    [Fact]
    public async Task A_frame_of_one_bad_line_over_and_over_is_one_dead_letter()
    {
        const int Lines = 9_000;
        var reply = await _rig.SendAsync(string.Concat(Enumerable.Repeat("{}\n", Lines)) + ConsumerRig.Line(1));

        Assert.Equal(Lines + 1, reply.Received);
        Assert.Equal(1, await _rig.CountAsync());
        Assert.Equal(1, await _rig.CountAsync("ops.dead_letters"));
    }

    [Fact]
    public async Task A_frame_of_more_lines_than_a_producer_may_write_is_kept_whole_without_being_decoded()
    {
        var payload = string.Concat(Enumerable.Repeat("{}\n", 340_000));

        var reply = await _rig.SendAsync(payload + ConsumerRig.Line(1));

        Assert.Equal(0, reply.Received);
        Assert.Equal((0, 1), (await _rig.CountAsync(), await _rig.CountAsync("ops.dead_letters where code = 'too_many_lines'")));
        Assert.Equal(
            payload + ConsumerRig.Line(1),
            await _rig.Database.ScalarAsync<string>("select convert_from(payload, 'utf8') from ops.dead_letters"));
        Assert.Equal(1, (await _rig.SendAsync(ConsumerRig.Line(1))).Stored);
    }

    [Fact]
    public async Task Frames_that_wait_undecoded_because_there_are_many_lines_are_stored()
    {
        var badLines = string.Concat(Enumerable.Repeat("{}\n", 9_000));

        for (var id = 1; id <= 12; id++)
            await _rig.PublishAsync(badLines + ConsumerRig.Line(id));

        await _rig.SettledAsync();
        Assert.Equal((12, 1), (await _rig.CountAsync(), await _rig.CountAsync("ops.dead_letters")));
    }

    [Fact]
    public async Task A_row_has_the_trace_of_its_record()
    {
        const string Frame = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        const string Own = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await _rig.SendAsync(ConsumerRig.Line(1), headers: new NatsHeaders { [FrameHeaders.TraceParent] = Frame });
        await _rig.SendAsync(
            ConsumerRig.Lines(2, 3), headers: new NatsHeaders { [FrameHeaders.TraceParent] = Frame, [FrameHeaders.Traces] = $"{Own},,-" });

        Assert.Equal(
            "0af7651916cd43dd8448eb211c80319c 4bf92f3577b34da6a3ce929d0e0e4736 4bf92f3577b34da6a3ce929d0e0e4736 none",
            await _rig.Database.ScalarAsync<string>("select string_agg(coalesce(trace_id, 'none'), ' ' order by id) from rides.bookings"));
    }

    [Fact]
    public async Task Both_kinds_in_one_batch_and_more_lines_than_a_batch_are_stored()
    {
        var ride = new System.Buffers.ArrayBufferWriter<byte>();
        var rides = new Catalog()["rides"];
        FrameLines.Begin(rides, ride);
        FrameLines.Append(rides, rides.Sample, ride);

        await _rig.PublishAsync(ConsumerRig.Lines(1, 2400));
        await _rig.PublishAsync(System.Text.Encoding.UTF8.GetString(ride.WrittenSpan), "rides");
        await _rig.PublishAsync(ConsumerRig.Lines(3001, 5));

        await _rig.SettledAsync();
        Assert.Equal((2405, 1), (await _rig.CountAsync(), await _rig.CountAsync("rides.rides")));
    }
}
