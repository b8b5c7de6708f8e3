using System.Diagnostics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Integration.Storage.Tickets;
using RideIngest.Integration.Systems;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using static RideIngest.Integration.Storage.RecordsDatabase;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Integration.Storage;

public sealed class BatchStoreTests
{
    private static readonly Kind Bookings = RecordsDatabase.Catalog["bookings"];
    private static readonly Kind Tickets = RecordsDatabase.Catalog["tickets"];

    public static TheoryData<string> Kinds => [.. RecordsDatabase.Catalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_is_stored_is_read_back_as_the_same_record(string name)
    {
        var kind = RecordsDatabase.Catalog[name];
        await using var database = await RecordsDatabase.CreateAsync();
        var (record, trace) = ((Record<long>)kind.Sample, ActivityTraceId.CreateRandom());

        var outcomes = await new BatchStore(database, kind).StoreAsync([new(record, trace)]);
        var stored = await new StoredRecords(database, kind).FindAsync(record.Id);

        Assert.Equal([new Outcome(Status.Stored)], outcomes);
        Assert.Equal(kind.Sample, stored!.Record);
        Assert.Equal(kind.Digest(kind.Sample), stored.Digest);
        Assert.Equal(trace.ToHexString(), stored.TraceId);
        Assert.InRange(stored.StoredAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Absent_values_rest_as_nulls(string name)
    {
        var kind = RecordsDatabase.Catalog[name];
        await using var database = await RecordsDatabase.CreateAsync();
        var record = (Record<long>)Activator.CreateInstance(kind.Sample.GetType())!;
        await new BatchStore(database, kind).StoreAsync([new(record)]);

        Assert.Equal(record, (await new StoredRecords(database, kind).FindAsync(0))!.Record);
    }

    [Fact]
    public async Task Resending_the_same_booking_is_a_duplicate_and_another_with_its_id_a_conflict()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var store = new BatchStore(database, Bookings);
        await store.StoreAsync([Booking(1), Booking(2)]);

        var outcomes = await store.StoreAsync([Booking(3), Booking(2, userId: 9), Booking(1)]);

        Assert.Equal([Status.Stored, Status.Conflict, Status.Duplicate], outcomes.Select(o => o.Status));
        Assert.Equal(22177, ((Booking)(await new StoredRecords(database, Bookings).FindAsync(2))!.Record).UserId);
        Assert.Equal(3, await database.ScalarAsync<long>("select count(*) from rides.bookings"));
    }

    [Fact]
    public async Task Of_records_with_one_id_in_a_batch_the_first_wins()
    {
        await using var database = await RecordsDatabase.CreateAsync();

        var outcomes = await new BatchStore(database, Bookings).StoreAsync(
            [Booking(5, userId: 1), Booking(4), Booking(5, userId: 2), Booking(5, userId: 1)]);

        Assert.Equal([Status.Stored, Status.Stored, Status.Conflict, Status.Duplicate], outcomes.Select(o => o.Status));
    }

    [Fact]
    public async Task Repeats_in_a_batch_are_compared_with_what_rests_in_the_table()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var store = new BatchStore(database, Bookings);
        await store.StoreAsync([Booking(5, userId: 1)]);

        var outcomes = await store.StoreAsync([Booking(5, userId: 2), Booking(5, userId: 1)]);

        Assert.Equal([Status.Conflict, Status.Duplicate], outcomes.Select(o => o.Status));
    }

    [Fact]
    public async Task Rows_that_Postgres_refuses_stand_alone_and_their_neighbours_are_stored()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var refused = new HashSet<int> { 0, 37, 38, 99 };
        var batch = Enumerable.Range(0, 100).Select(i => Ticket(i + 1, $"seat {i}", refused.Contains(i) ? 13 : 40)).ToArray();

        var outcomes = await new BatchStore(database, Tickets).StoreAsync(batch);

        for (var i = 0; i < batch.Length; i++)
            Assert.Equal(refused.Contains(i) ? Status.Failed : Status.Stored, outcomes[i].Status);
        Assert.Equal("23514", outcomes[37].Code);
        Assert.Contains("tickets_price_check", outcomes[37].Message, StringComparison.Ordinal);
        Assert.Equal(96, await database.ScalarAsync<long>("select count(*) from tests.tickets"));
    }

    [Theory]
    [InlineData("RI001")]
    [InlineData("BK001")]
    [InlineData("45000")]
    [InlineData("54000")]
    public async Task A_row_that_a_trigger_refuses_with_a_code_of_its_own_is_failed_and_its_neighbours_are_stored(string code)
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await database.ExecuteAsync($"""
            create function rides.refuse() returns trigger language plpgsql as
              $$ begin if new.id = 2 then raise exception 'this vehicle is blocked' using errcode = '{code}'; end if; return new; end $$;
            create trigger refuse before insert on rides.bookings for each row execute function rides.refuse()
            """);

        var outcomes = await new BatchStore(database, Bookings).StoreAsync([Booking(1), Booking(2), Booking(3)]);

        Assert.Equal([Status.Stored, Status.Failed, Status.Stored], outcomes.Select(o => o.Status));
        Assert.Equal(code, outcomes[1].Code);
    }

    [Fact]
    public async Task A_refused_row_leaves_its_id_to_the_next_record_that_has_it()
    {
        await using var database = await RecordsDatabase.CreateAsync();

        var outcomes = await new BatchStore(database, Tickets).StoreAsync(
            [Ticket(1, "a", 13), Ticket(1, "b", 14), Ticket(1, "a", 13), Ticket(1, "b", 14)]);

        Assert.Equal([Status.Failed, Status.Stored, Status.Conflict, Status.Duplicate], outcomes.Select(o => o.Status));
    }

    [Fact]
    public async Task A_constraint_that_is_checked_at_commit_refuses_its_row_alone()
    {
        await using var database = await RecordsDatabase.CreateAsync();

        var outcomes = await new BatchStore(database, Tickets).StoreAsync([Ticket(1, "a"), Ticket(2, "b"), Ticket(3, "a"), Ticket(4, "c")]);

        Assert.Equal([Status.Stored, Status.Stored, Status.Failed, Status.Stored], outcomes.Select(o => o.Status));
        Assert.Equal("23505", outcomes[2].Code);
    }

    [Fact]
    public async Task Consumers_with_the_same_records_agree_on_who_stored_which()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var random = new Random(7);
        Incoming[] Shuffled() => [.. Enumerable.Range(1, 500).OrderBy(_ => random.Next()).Select(id => Booking(id))];
        var batches = Enumerable.Range(0, 6).Select(_ => Shuffled()).ToArray();

        var outcomes = await Task.WhenAll(batches.Select(batch => Task.Run(() => new BatchStore(database, Bookings).StoreAsync(batch))));

        Assert.Equal(500, outcomes.SelectMany(o => o).Count(o => o.Status == Status.Stored));
        Assert.Equal(2500, outcomes.SelectMany(o => o).Count(o => o.Status == Status.Duplicate));
        Assert.Equal(500, await database.ScalarAsync<long>("select count(*) from rides.bookings"));
    }

    [Fact]
    public async Task A_crowd_of_duplicates_costs_no_failed_copies()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var store = new BatchStore(database, Bookings);
        Incoming[] batch = [.. Enumerable.Range(1, 1000).Select(id => Booking(id))];
        await store.StoreAsync(batch);
        await store.StoreAsync(batch);
        var size = await database.ScalarAsync<long>("select pg_relation_size('rides.bookings')");

        var outcomes = await store.StoreAsync(batch);

        Assert.All(outcomes, outcome => Assert.Equal(Status.Duplicate, outcome.Status));
        Assert.Equal(size, await database.ScalarAsync<long>("select pg_relation_size('rides.bookings')"));
    }

    [Fact]
    public async Task An_empty_batch_needs_no_server()
    {
        await using var nowhere = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody");

        Assert.Empty(await new BatchStore(nowhere, Bookings).StoreAsync([]));
    }

    private static Incoming Ticket(long id, string seat, int? price = null) => new(new Ticket { Id = id, Seat = seat, Price = price });
}
