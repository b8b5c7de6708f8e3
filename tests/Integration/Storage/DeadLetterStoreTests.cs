using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;

namespace RideIngest.Integration.Storage;

public sealed class DeadLetterStoreTests
{
    private const string History =
        "select string_agg(action || ' by ' || who || ': ' || coalesce(note, 'nothing'), ', ' order by id) from ops.dead_letter_actions";

    [Fact]
    public async Task A_dead_letter_is_kept_with_its_reason_and_its_bytes()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        byte[] payload = [0, 255, 10];
        var letter = DeadLetters.Letter(message: "refused\0") with
        {
            Class = DeadLetterClass.Partner,
            Payload = payload,
            TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
            Attempts = 3,
        };

        await store.AddAsync([letter]);
        var kept = await store.FindAsync(letter);

        Assert.Equal((DeadLetterState.Open, 3), (kept!.State, kept.PayloadBytes));
        Assert.Equal(payload, kept.Letter.Payload.ToArray());
        Assert.Equal(
            letter with { Message = "refused\uFFFD", Payload = default, Headers = kept.Letter.Headers },
            kept.Letter with { Payload = default });
        Assert.Equal(letter.Fingerprint, await database.ScalarAsync<string>("select fingerprint from ops.dead_letters"));
        Assert.Null(await store.FindAsync(letter with { Key = "8" }));
        Assert.Null(await store.FindAsync(letter with { System = "casino" }));
        Assert.Equal(kept.Letter.Message, (await store.FindAsync(kept.Id))!.Letter.Message);
    }

    [Fact]
    public async Task Open_letters_are_counted_by_system()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        Assert.Empty(await store.CountOpenAsync());

        await store.AddAsync(
            [DeadLetters.Letter("1"), DeadLetters.Letter("2"), DeadLetters.Letter("3"), DeadLetters.Letter() with { System = "casino" }]);
        var closed = (await store.FindAsync(DeadLetters.Letter("2")))!;
        await new DeadLetterActions(database).DiscardAsync(closed.Id, "the test", "junk");

        Assert.Equal([("casino", 1), ("rides", 2)], (await store.CountOpenAsync()).Select(open => (open.Key, open.Value)).Order());
    }

    [Fact]
    public async Task A_letter_is_owed_once_for_each_time_that_it_was_kept_until_its_senders_were_refused()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var (letter, other) = (DeadLetters.Letter(), DeadLetters.Letter("8"));
        await store.AddAsync([letter with { Senders = 2 }, other]);
        await store.AddAsync([letter]);

        await RefuseAsync(letter, other);
        await RefuseAsync(letter, letter);
        Assert.Equal((0, 0), ((await store.FindAsync(letter))!.Owed, (await store.FindAsync(other))!.Owed));

        await store.AddAsync([letter]);
        await RefuseAsync(other);
        Assert.Equal((1, 0), ((await store.FindAsync(letter))!.Owed, (await store.FindAsync(other))!.Owed));

        Task RefuseAsync(params IEnumerable<DeadLetter> refused) => store.RefusedAsync(
            letter.System, letter.Stage, letter.Kind, [.. refused.Select(one => (one.Key!, one.Digest))]);
    }

    [Fact]
    public async Task A_letter_that_the_build_before_keeps_again_is_owed()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var letter = DeadLetters.Letter();
        await store.AddAsync([letter]);
        await store.RefusedAsync(letter.System, letter.Stage, letter.Kind, [(letter.Key!, letter.Digest)]);

        await database.ExecuteAsync(
            """
            insert into ops.dead_letters as kept
              (system, stage, subject, kind, key, digest, class, code, message, fingerprint, payload, headers, trace_id, attempts)
            select system, stage, subject, kind, key, digest, class, code, message, fingerprint, payload, headers, trace_id, 1
            from ops.dead_letters
            on conflict (system, stage, kind, coalesce(key, ''), digest) do update set
              subject = excluded.subject, class = excluded.class, code = excluded.code, message = excluded.message,
              fingerprint = excluded.fingerprint, headers = excluded.headers, trace_id = excluded.trace_id,
              attempts = kept.attempts + excluded.attempts, state = 'open', last_at = now()
            """);

        var kept = (await store.FindAsync(letter))!;
        Assert.Equal((2, 1), (kept.Letter.Attempts, kept.Owed));
    }

    [Fact]
    public async Task Headers_are_kept_whatever_is_in_them()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var letter = DeadLetters.Letter() with
        {
            Headers = new Dictionary<string, string> { ["traceparent"] = "00-1-2-01", ["odd\0"] = "\0\ud800\"é" },
        };

        await store.AddAsync([letter]);

        var headers = (await store.FindAsync(letter))!.Letter.Headers;
        Assert.Equal(("00-1-2-01", "\uFFFD\uFFFD\"é"), (headers["traceparent"], headers["odd\uFFFD"]));
    }

    [Fact]
    public async Task A_kind_and_a_key_beyond_what_an_index_takes_are_shortened_and_found()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var letter = DeadLetters.Letter(key: "k" + string.Concat(Enumerable.Repeat("🚕", 5000))) with { Kind = new string('a', 5000) };

        await store.AddAsync([letter]);

        var kept = (await store.FindAsync(letter))!.Letter;
        Assert.Equal((199, 200), (kept.Key!.Length, kept.Kind.Length));
    }

    [Fact]
    public async Task The_same_dead_letter_is_kept_once_and_opened_again_which_its_history_says()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var letter = DeadLetters.Letter(key: null, message: "is not valid JSON");
        await store.AddAsync([letter, letter]);
        var id = (await store.FindAsync(letter))!.Id;
        Assert.Equal(DeadLetterAnswer.Done, await new DeadLetterActions(database).DiscardAsync(id, "ada", "junk"));

        await store.AddAsync([letter with { Message = "still is not", Attempts = 2 }]);

        var kept = await store.FindAsync(letter);
        Assert.Equal((4, "still is not", DeadLetterState.Open), (kept!.Letter.Attempts, kept.Letter.Message, kept.State));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from ops.dead_letters"));
        Assert.Equal(
            "discarded by ada: junk, reopened by rides/store: still is not", await database.ScalarAsync<string>(History));
    }

    [Fact]
    public async Task An_action_on_a_letter_that_is_closed_or_unknown_is_refused_and_leaves_no_trace()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        await store.AddAsync([DeadLetters.Letter()]);
        var id = (await store.FindAsync(DeadLetters.Letter()))!.Id;

        var (actions, outbox) = (new DeadLetterActions(database), new OutboxTable("test"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => i % 2 == 0
            ? actions.ReplayAsync(id, $"operator {i}", outbox, [])
            : actions.DiscardAsync(id, $"operator {i}", "junk")));

        Assert.Equal((1, 7), (answers.Count(a => a == DeadLetterAnswer.Done), answers.Count(a => a == DeadLetterAnswer.NotAllowed)));
        Assert.Equal(DeadLetterAnswer.NotFound, await actions.ReplayAsync(id + 1, "ada", outbox, []));
        Assert.Equal(1, await database.ScalarAsync<long>(
            "select count(*) from ops.dead_letter_actions a join ops.dead_letters d on d.id = a.letter and d.state = a.action"));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from ops.dead_letter_actions"));
    }

    [Fact]
    public async Task A_list_has_the_latest_first_and_goes_on_after_a_cursor()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        await store.AddAsync([.. Enumerable.Range(1, 25).Select(i => DeadLetters.Letter($"{i}", payload: new string('x', 5000)))]);
        await store.AddAsync([DeadLetters.Letter("3", payload: new string('x', 5000))]);

        var keys = new List<string?>();
        DeadLetterCursor? after = null;
        do
        {
            var page = await new DeadLetterSearch(database).ListAsync(new(), after, limit: 10);
            keys.AddRange(page.Letters.Select(kept => kept.Letter.Key));
            Assert.All(page.Letters, kept => Assert.Equal((0, 5000), (kept.Letter.Payload.Length, kept.PayloadBytes)));
            after = DeadLetterCursor.TryParse(page.Next?.ToString(), out var cursor) ? cursor : null;
        }
        while (after is not null);

        Assert.Equal(["3", .. Enumerable.Range(4, 22).Reverse().Append(2).Append(1).Select(i => $"{i}")], keys);
    }

    [Fact]
    public async Task A_list_has_only_what_its_filter_says()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync();
        var store = new DeadLetterStore(database);
        var odd = DeadLetters.Letter("odd", "other") with
        {
            System = "casino",
            Stage = "count",
            Kind = "bets",
            Code = "late",
            Class = DeadLetterClass.Poison,
        };
        await store.AddAsync([DeadLetters.Letter("1"), DeadLetters.Letter("2"), odd]);
        await new DeadLetterActions(database).ReplayAsync((await store.FindAsync(odd))!.Id, "ada", new OutboxTable("test"), []);

        DeadLetterFilter[] filters =
        [
            new() { System = "casino" }, new() { Stage = "count" }, new() { Kind = "bets" }, new() { Code = "late" },
            new() { Fingerprint = odd.Fingerprint }, new() { Class = DeadLetterClass.Poison }, new() { State = DeadLetterState.Replayed },
        ];

        foreach (var filter in filters)
            Assert.Equal("odd", Assert.Single(await ListAsync(filter)).Letter.Key);
        Assert.Equal(2, (await ListAsync(new() { System = "rides", State = DeadLetterState.Open })).Count);

        async Task<IReadOnlyList<KeptDeadLetter>> ListAsync(DeadLetterFilter filter) =>
            (await new DeadLetterSearch(database).ListAsync(filter, null, 100)).Letters;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("5-x")]
    [InlineData("99999999999999999999-1")]
    [InlineData("9223372036854775807-1")]
    [InlineData("1-2-3")]
    public void What_is_no_cursor_is_not_read_as_one(string? text) => Assert.False(DeadLetterCursor.TryParse(text, out _));

    [Fact]
    public async Task Letters_from_before_there_were_other_systems_are_found_as_the_rides()
    {
        await using var database = await DeadLetters.CreateDatabaseAsync(files: 1);
        await AddOldAsync(database, null, "undecodable", "It has no records: JSON lines are expected, and the first line is not JSON");
        await AddOldAsync(database, 12, "23514", "new row for relation \"bookings\" violates \"positive\" ('x' `y` -0.5, 10:30, it's 7b)");
        await AddOldAsync(database, 13, "invalid", "from_lat must be from -90 to 90; user_id is required", "replayed");
        await AddOldAsync(database, 14, "conflict", "another record with the id 14 is stored", "discarded");
        await AddOldAsync(database, 15, "unforeseen", "Object reference not set");

        await DeadLetters.ApplyAsync(database, skip: 1);

        var store = new DeadLetterStore(database);
        var search = new DeadLetterSearch(database);
        var kept = (await search.ListAsync(new() { System = "rides", Stage = "store", Kind = "bookings" }, null, 100)).Letters
            .OrderBy(k => k.Id).ToList();
        Assert.Equal([null, "12", "13", "14", "15"], kept.Select(k => k.Letter.Key));
        Assert.Equal([1, 2, 3, 4, 5], kept.Select(k => k.Id));
        Assert.Equal(
            [DeadLetterClass.Poison, DeadLetterClass.System, DeadLetterClass.Poison, DeadLetterClass.Poison, DeadLetterClass.System],
            kept.Select(k => k.Letter.Class));
        Assert.Equal(
            [DeadLetterState.Open, DeadLetterState.Open, DeadLetterState.Replayed, DeadLetterState.Discarded, DeadLetterState.Open],
            kept.Select(k => k.State));
        foreach (var one in kept)
        {
            var alike = await search.ListAsync(new() { Fingerprint = one.Letter.Fingerprint }, null, 9);
            Assert.Equal(one.Id, Assert.Single(alike.Letters).Id);
            Assert.Equal(one.Id, (await store.FindAsync(one.Letter))!.Id);
            Assert.Equal(("rides.ingest.bookings", 2, 4), (one.Letter.Subject, one.Letter.Attempts, one.PayloadBytes));
            Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), one.FirstAt);
            Assert.Equal(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero), one.LastAt);
        }
    }

    // As the build before wrote it.
    private static async Task AddOldAsync(NpgsqlDataSource database, long? id, string code, string message, string state = "open")
    {
        await using var insert = database.CreateCommand(
            """
            insert into ops.dead_letters as kept
              (kind, record_id, digest, error_code, message, payload, trace_id, attempts, state, first_at, last_at)
            values ('bookings', $1, $2, $3, $4, '\x6a756e6b', null, 2, $5, '2026-01-02 03:04:05Z', '2026-02-03 04:05:06Z')
            """);
        insert.Parameters.Add(new NpgsqlParameter { Value = id ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        insert.Parameters.Add(new NpgsqlParameter { Value = Guid.NewGuid() });
        insert.Parameters.Add(new NpgsqlParameter { Value = code });
        insert.Parameters.Add(new NpgsqlParameter { Value = message });
        insert.Parameters.Add(new NpgsqlParameter { Value = state });
        await insert.ExecuteNonQueryAsync();
    }
}
