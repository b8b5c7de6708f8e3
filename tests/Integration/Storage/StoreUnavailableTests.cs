using Npgsql;
using RideIngest.Contracts.Outcomes;
using RideIngest.Integration.Systems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Storage;

/// <summary>What is the server's trouble is no record's outcome.</summary>
public sealed class StoreUnavailableTests
{
    private static readonly Kind Bookings = RecordsDatabase.Catalog["bookings"];
    private static readonly Record<long> Booking = (Record<long>)Bookings.Sample;

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody");

        await Assert.ThrowsAsync<StoreUnavailableException>(() => new BatchStore(nowhere, Bookings).StoreAsync([new(Booking)]));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => new StoredRecords(nowhere, Bookings).FindAsync(1));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => new DeadLetterStore(nowhere).FindAsync(1));
    }

    [Theory]
    [InlineData("alter database current set default_transaction_read_only = on", "25006")]
    [InlineData("drop table rides.bookings", "42P01")]
    [InlineData("alter table rides.bookings alter column user_id type text", "22021")]
    [InlineData("alter table rides.bookings alter column from_lat type smallint", "22P03")]
    public async Task A_database_that_cannot_take_the_rows_says_why(string change, string sqlState)
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var name = await database.ScalarAsync<string>("select current_database()::text");
        await database.ExecuteAsync(change.Replace("current", $"\"{name}\"", StringComparison.Ordinal));
        database.Clear();

        var unavailable = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => new BatchStore(database, Bookings).StoreAsync([new(Booking)]));

        Assert.Equal(sqlState, unavailable.SqlState);
    }

    [Fact]
    public async Task A_batch_that_was_cut_off_can_be_stored_again_when_the_server_is_back()
    {
        await using var server = await TestPostgres.PrivateAsync();
        var connection = await server.CreateDatabaseAsync("cut_off");
        await using var database = NpgsqlDataSource.Create(connection);
        await RecordsDatabase.PrepareAsync(database);
        var store = new BatchStore(database, Bookings);
        await store.StoreAsync([new(Booking)]);
        await using (var other = NpgsqlDataSource.Create(connection))
            await other.ExecuteAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = 'cut_off'");

        var first = await Xunit.Record.ExceptionAsync(() => store.StoreAsync([new(Booking)]));
        var again = await store.StoreAsync([new(Booking)]);

        Assert.True(first is null or StoreUnavailableException);
        Assert.Equal(Status.Duplicate, again[0].Status);
    }

    [Fact]
    public async Task A_batch_that_is_cancelled_leaves_nothing_behind()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        await using var blocking = await database.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("lock table rides.bookings", blocking))
            await locking.ExecuteNonQueryAsync();
        using var giveUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new BatchStore(database, Bookings).StoreAsync([new(Booking)], giveUp.Token));
        await transaction.RollbackAsync();

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from rides.bookings"));
    }
}
