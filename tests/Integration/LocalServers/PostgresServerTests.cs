using System.Runtime.Versioning;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.LocalServers;

[UnsupportedOSPlatform("windows")]
public sealed class PostgresServerTests : IDisposable
{
    private readonly TestDirectory _data = new();

    [Fact]
    public async Task A_second_start_over_the_same_data_finds_the_row_again()
    {
        await using (var first = await PostgresServer.StartAsync(new() { DataDirectory = _data.Path }))
            await RunAsync(await first.CreateDatabaseAsync("rides"), "create table kept as select 42 as answer");

        await using var second = await PostgresServer.StartAsync(new() { DataDirectory = _data.Path });
        Assert.Equal(42, await RunAsync(await second.CreateDatabaseAsync("rides"), "select answer from kept"));
    }

    [Fact]
    public async Task A_killed_server_comes_back_on_its_port_with_what_it_committed()
    {
        await using var server = await PostgresServer.StartAsync();
        var connection = server.ConnectionString;
        await RunAsync(connection, "create table kept as select 42 as answer");
        await server.KillAsync();
        await server.RestartAsync();
        Assert.Equal(connection, server.ConnectionString);
        Assert.Equal(42, await RunAsync(connection, "select answer from kept"));
    }

    [Fact]
    public async Task Commits_are_durable_unless_a_test_asks_otherwise()
    {
        await using var durable = await PostgresServer.StartAsync();
        Assert.Equal("on on on", await RunAsync(durable.ConnectionString, Durability));
        Assert.Equal("off off off", await RunAsync((await TestPostgres.SharedAsync()).ConnectionString, Durability));
    }

    [Fact]
    public async Task Settings_of_the_caller_win()
    {
        await using var server = await TestPostgres.PrivateAsync(new()
        {
            Durable = false,
            Settings = new Dictionary<string, string> { ["work_mem"] = "7MB" },
        });
        Assert.Equal("7MB", await RunAsync(server.ConnectionString, "show work_mem"));
    }

    [ServerProcessFact]
    public async Task Nobody_connects_without_the_password_which_only_its_owner_can_read()
    {
        await using var server = await PostgresServer.StartAsync(new() { DataDirectory = _data.Path, Durable = false });
        var guess = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(guess, "select 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        Assert.Equal("", await RunAsync(server.ConnectionString, "show unix_socket_directories"));
        Assert.Equal("127.0.0.1", await RunAsync(server.ConnectionString, "show listen_addresses"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_data.In("password")));
    }

    [ServerProcessFact]
    public async Task A_directory_that_its_user_cannot_enter_is_no_obstacle()
    {
        // As /root is to the user that root runs Postgres as.
        var closed = Directory.CreateDirectory(
            _data.In("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = Path.Combine(closed.FullName, "postgres");
        await using (var first = await PostgresServer.StartAsync(new() { DataDirectory = data, Durable = false }))
            await RunAsync(first.ConnectionString, "create table kept as select 42 as answer");
        await using (var second = await PostgresServer.StartAsync(new() { DataDirectory = data, Durable = false }))
            Assert.Equal(42, await RunAsync(second.ConnectionString, "select answer from kept"));

        if (new DirectoryInfo(Path.Combine(data, "cluster")).LinkTarget is { } elsewhere)
            Directory.Delete(elsewhere, recursive: true);
    }

    [Fact]
    public async Task A_server_that_refuses_its_settings_is_an_error_with_its_last_words()
    {
        var refused = await Assert.ThrowsAsync<LocalServerException>(
            () => PostgresServer.StartAsync(new() { Settings = new Dictionary<string, string> { ["no_such_setting"] = "1" } }));
        Assert.Contains("no_such_setting", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_named_is_used_and_left_alone()
    {
        var running = await TestPostgres.SharedAsync();
        var named = await PostgresServer.StartAsync(new() { ConnectionString = running.ConnectionString });
        Assert.True(named.IsExternal);
        Assert.Equal(running.Version, named.Version);
        await named.DisposeAsync();
        Assert.Equal(1, await RunAsync(running.ConnectionString, "select 1"));
    }

    [Fact]
    public async Task A_named_server_that_is_not_there_is_an_error_that_names_the_key_and_hides_the_password()
    {
        var missing = await Assert.ThrowsAsync<LocalServerException>(
            () => PostgresServer.StartAsync(new() { ConnectionString = "Host=127.0.0.1;Port=1;Username=me;Password=hush" }));
        Assert.Contains("RIDEINGEST__POSTGRES__URL", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", missing.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private const string Durability =
        "select current_setting('fsync') || ' ' || current_setting('synchronous_commit') || ' ' || current_setting('full_page_writes')";

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
