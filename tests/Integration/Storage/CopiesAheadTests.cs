using RideIngest.Contracts.Outcomes;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.Postgres;
using static RideIngest.Integration.Storage.RecordsDatabase;

namespace RideIngest.Integration.Storage;

/// <summary>Where batches follow each other closely, a COPY begins before its batch is there. Nobody can tell but by the clock.</summary>
public sealed class CopiesAheadTests
{
    private const string Waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and wait_event = 'ClientRead' and query like 'copy %'";

    private static readonly Kind Bookings = RecordsDatabase.Catalog["bookings"];

    [Fact]
    public async Task A_copy_waits_for_the_next_batch_and_not_for_long()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var store = new BatchStore(database, Bookings);

        for (var id = 1; await database.ScalarAsync<long>(Waiting) == 0;)
            id = await StoreAsync(store, id, batches: 10);

        while (await database.ScalarAsync<long>(Waiting) > 0)
            await Task.Yield();
    }

    [Fact]
    public async Task No_record_is_said_to_be_stored_before_it_came()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var store = new BatchStore(database, Bookings);
        var came = new DateTimeOffset[200];
        for (var id = 0; id < came.Length; id++)
        {
            came[id] = DateTimeOffset.UtcNow;
            await store.StoreAsync([Booking(id)]);
        }

        var records = new StoredRecords(database, Bookings);
        for (var id = 0; id < came.Length; id++)
        {
            var until = id + 1 < came.Length ? came[id + 1] : DateTimeOffset.UtcNow;
            Assert.InRange((await records.FindAsync(id))!.StoredAt, came[id].AddMicroseconds(-1), until);
        }
    }

    [Fact]
    public async Task Outcomes_are_the_same_as_ever()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var store = new BatchStore(database, Bookings);
        for (var id = 1; id <= 500; id += 5)
        {
            await StoresAsync([Booking(id)], Status.Stored);
            await StoresAsync([Booking(id + 1), Booking(id + 2)], Status.Stored, Status.Stored);
            await StoresAsync([Booking(id + 3), Booking(id, userId: 1), Booking(id + 1)], Status.Stored, Status.Conflict, Status.Duplicate);
            await StoresAsync([Booking(id + 4)], Status.Stored);
        }

        Assert.Equal(500, await database.ScalarAsync<long>("select count(*) from rides.bookings"));

        async Task StoresAsync(Incoming[] batch, params Status[] expected) =>
            Assert.Equal(expected, (await store.StoreAsync(batch)).Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task A_table_is_altered_under_load()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var store = new BatchStore(database, Bookings);
        using var altered = new CancellationTokenSource();
        var storing = Task.Run(async () =>
        {
            var id = 1;
            while (!altered.IsCancellationRequested)
                id = await StoreAsync(store, id, batches: 10);
            return id;
        });
        for (var column = 0; column < 20; column++)
            await database.ExecuteAsync($"set lock_timeout = '10s'; alter table rides.bookings add column extra_{column} text");
        await altered.CancelAsync();

        Assert.Equal(await storing - 1, await database.ScalarAsync<long>("select count(*) from rides.bookings"));
    }

    [Fact]
    public async Task A_batch_whose_connection_was_lost_while_its_copy_waited_can_be_stored_again()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var store = new BatchStore(database, Bookings);
        for (var (id, lost) = (1, false); !lost;)
        {
            id = await StoreAsync(store, id, batches: 3);
            await database.ExecuteAsync(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and state = 'active' and query like 'copy %'");

            var first = await Xunit.Record.ExceptionAsync(() => store.StoreAsync([Booking(id)]));
            var again = await store.StoreAsync([Booking(id++)]);

            Assert.True(first is null or StoreUnavailableException, first?.ToString());
            Assert.Equal(first is null ? Status.Duplicate : Status.Stored, again[0].Status);
            lost = first is not null;
        }
    }

    [Fact]
    public async Task A_store_that_is_let_go_leaves_no_copy_behind()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        for (var (id, round) = (1, 0); round < 20; round++)
        {
            var store = new BatchStore(database, Bookings);
            id = await StoreAsync(store, id, batches: 3);
            await store.DisposeAsync();

            Assert.Equal(0, await database.ScalarAsync<long>(Waiting));
        }
    }

    /// <summary>Stores some batches of one record, and returns the id after theirs.</summary>
    private static async Task<int> StoreAsync(BatchStore store, int id, int batches)
    {
        for (var after = id + batches; id < after; id++)
            Assert.Equal(Status.Stored, (await store.StoreAsync([Booking(id)]))[0].Status);
        return id;
    }
}
