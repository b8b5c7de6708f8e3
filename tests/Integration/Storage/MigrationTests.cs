using Dapper;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Postgres;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Storage;

public sealed class MigrationTests
{
    private static readonly TestModule Library = new(s => s.AddMigrations("library", typeof(Good.GoodLibrary)));

    [Fact]
    public async Task The_files_are_applied_in_order_and_once()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await RunOnceAsync(Library, database);
        await RunOnceAsync(Library, database);

        await using var connection = new NpgsqlConnection(database);
        Assert.Equal(
            ["001_shelves.sql", "002_books.sql"],
            await connection.QueryAsync<string>(
                "select name from ops.migrations where set_name = 'library.good' order by applied_at, number"));
        Assert.Equal("Größe; \"quoted\"", await connection.QuerySingleAsync<string>("select label from library.shelves"));
    }

    [Fact]
    public async Task Many_processes_may_start_at_once()
    {
        var database = await TestPostgres.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunOnceAsync(Library, database))));

        await using var connection = new NpgsqlConnection(database);
        Assert.Equal(2, await connection.QuerySingleAsync<int>("select count(*) from ops.migrations"));
    }

    [Fact]
    public async Task A_changed_file_is_refused_with_both_checksums_and_what_to_do()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await RunOnceAsync(Library, database);
        await ExecuteAsync(database, "update ops.migrations set checksum = repeat('f', 64) where number = 2");

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => RunOnceAsync(Library, database));

        Assert.Contains("library.good/002_books.sql is not what was applied", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ffffffffffff was applied", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("write the change as the next numbered file", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_comes_before_one_applied_is_refused()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await RunOnceAsync(Library, database);
        await ExecuteAsync(database, "delete from ops.migrations where number = 1");

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => RunOnceAsync(Library, database));

        Assert.Contains("001_shelves.sql was never applied", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_a_newer_build_has_moved_on_is_accepted()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await RunOnceAsync(Library, database);
        await ExecuteAsync(
            database, "insert into ops.migrations (set_name, number, name, checksum) values ('library.good', 3, '003_later.sql', 'x')");

        await RunOnceAsync(Library, database);
    }

    [Fact]
    public void A_gap_in_the_numbers_is_refused_before_anything_starts()
    {
        var refusal = Assert.Throws<MigrationException>(
            () => new TestModule(s => s.AddMigrations("library", typeof(Gap.GapLibrary))).Create());

        Assert.Contains("has no file 002, but has 003_third.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_does_not_run_is_named_with_the_reason_and_leaves_nothing()
    {
        var database = await TestPostgres.CreateDatabaseAsync();

        var refusal = await Assert.ThrowsAsync<MigrationException>(
            () => RunOnceAsync(new TestModule(s => s.AddMigrations("library", typeof(Broken.BrokenLibrary))), database));

        Assert.Contains(
            "001_broken.sql does not run: syntax error at or near \"tabel\" (42601)", refusal.Message, StringComparison.Ordinal);
        await using var connection = new NpgsqlConnection(database);
        Assert.Null(await connection.QuerySingleAsync<string?>("select to_regclass('library.kept_not')::text"));
        Assert.Equal(
            0, await connection.QuerySingleAsync<int>(
                "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"));
    }

    [Fact]
    public async Task A_role_that_may_not_create_schemas_is_told_which_statement_lets_it_and_goes_on_when_it_was_run()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = await TestRole.CreateAsync(database);
        var grant = $"grant create on database {new NpgsqlConnectionStringBuilder(database).Database} to {role.Name}";
        await using var host = await Library.StartAsync($"--postgres:url={role.ConnectionString}");
        using var client = host.Client();

        var missing = await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync();
        Assert.Contains($"The role {role.Name} lacks a right: permission denied for database", missing, StringComparison.Ordinal);
        Assert.Contains($"run: {grant}.", missing, StringComparison.Ordinal);
        await ExecuteAsync(database, grant);

        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_role_that_may_not_use_an_existing_schema_is_told_which_statement_lets_it()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        var role = await TestRole.CreateAsync(database);
        await ExecuteAsync(database, "create schema library");
        await ExecuteAsync(database, $"grant create on database {new NpgsqlConnectionStringBuilder(database).Database} to {role.Name}");

        var refusal = await Assert.ThrowsAsync<MigrationException>(() => RunOnceAsync(Library, role.ConnectionString));

        Assert.Contains(
            $"001_shelves.sql does not run: The role {role.Name} lacks rights on the schema library. As the owner or a superuser, run: grant "
                + $"usage, create on schema library to {role.Name}.",
            refusal.Message, StringComparison.Ordinal);
    }

    private static async Task RunOnceAsync(TestModule module, string database)
    {
        await using RideIngestHost host = await module.StartAsync($"--postgres:url={database}");
        await host.StopAsync();
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync(sql);
    }
}
