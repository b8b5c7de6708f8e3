using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Postgres;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Storage;

/// <summary>What is kept of failures, and for how long.</summary>
public sealed class FailureStoreTests : IAsyncLifetime
{
    private NpgsqlDataSource _database = null!;

    public async Task InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        var migrations = MigrationSet.Embedded("ops", typeof(FailureStore).Assembly, typeof(FailureStore).Namespace!);
        await Migrator.ApplyAsync(_database, [migrations], CancellationToken.None);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Failures_that_are_too_old_are_deleted()
    {
        var store = new FailureStore(_database, new FailureSettings { Keep = TimeSpan.FromHours(1) });
        await AddAsync(store, 3);
        await _database.ExecuteAsync("update ops.failures set at = at - interval '61 minutes' where key <> '2'");

        Assert.False(await store.PurgeAsync());

        Assert.Equal("2", Assert.Single((await store.ListAsync(new(), null, 10)).Failures).Key);
    }

    [Fact]
    public async Task Beyond_the_number_that_is_kept_the_oldest_are_deleted_some_at_a_time()
    {
        var store = new FailureStore(_database, new FailureSettings { Most = 100 });
        await AddAsync(store, 12_100);

        Assert.True(await store.PurgeAsync());
        Assert.Equal(2100, await _database.ScalarAsync<long>("select count(*) from ops.failures"));
        Assert.False(await store.PurgeAsync());

        var kept = (await store.ListAsync(new(), null, 1000)).Failures;
        Assert.Equal(100, kept.Count);
        Assert.Equal("12100", kept[0].Key);
    }

    [Fact]
    public async Task What_Postgres_text_cannot_hold_is_replaced_and_what_is_long_is_cut()
    {
        var store = new FailureStore(_database, new FailureSettings());

        await store.AddAsync(
        [
            new("rides", "bookings", new("a\0b"), null, "validation", $"not '\ud800' or '\0' {new string('x', 5000)}", default),
        ]);

        var kept = Assert.Single((await store.ListAsync(new(), null, 10)).Failures);
        Assert.Equal("a\uFFFDb", kept.Key);
        Assert.StartsWith("not '\uFFFD' or '\uFFFD' xxx", kept.Reason, StringComparison.Ordinal);
        Assert.Equal(1000, kept.Reason.Length);
        Assert.Null(kept.TraceId);
    }

    private static Task AddAsync(FailureStore store, int count) => store.AddAsync(
        [.. Enumerable.Range(1, count).Select(id => new NewFailure("rides", "bookings", id, "ada", "validation", "id is wrong.", default))]);
}
