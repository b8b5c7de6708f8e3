using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Postgres;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Storage;

public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("", GssEncryptionMode.Disable)]
    [InlineData(";GSS Encryption Mode=Prefer", GssEncryptionMode.Prefer)]
    public async Task Kerberos_is_asked_for_only_where_the_connection_string_says_so(string said, GssEncryptionMode expected)
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddPostgres()).StartAsync($"--postgres:url={database}{said}");

        var used = new NpgsqlConnectionStringBuilder(host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.Equal(expected, used.GssEncryptionMode);
        await host.StopAsync();
    }

    [Fact]
    public async Task What_the_connection_string_says_of_connections_and_time_outs_counts_before_the_settings()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddPostgres()).StartAsync(
            $"--postgres:url={database};Maximum Pool Size=3;Timeout=33;Command Timeout=77", "--postgres:max_connections=20",
            "--postgres:command_timeout=30s");

        var used = new NpgsqlConnectionStringBuilder(host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.Equal((3, 33, 77), (used.MaxPoolSize, used.Timeout, used.CommandTimeout));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(";Max Auto Prepare=0", 0)]
    public async Task A_statement_that_is_run_repeatedly_is_prepared_unless_the_connection_string_says_otherwise(string said, int expected)
    {
        const string Query = "select @number + 1";
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddPostgres()).StartAsync($"--postgres:url={database}{said}");
        await using var connection = await host.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();

        for (var number = 0; number < 10; number++)
            Assert.Equal(number + 1, await connection.QuerySingleAsync<int>(Query, new { number }));

        const string Prepared = "select count(*) from pg_prepared_statements where statement = 'select $1 + 1'";
        Assert.Equal(expected, await connection.QuerySingleAsync<int>(Prepared));
        await host.StopAsync();
    }

    [Theory]
    [InlineData("", "7s")]
    [InlineData(";No Reset On Close=false", "0")]
    public async Task A_session_is_reset_for_its_next_user_only_where_the_connection_string_says_so(string said, string expected)
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddPostgres()).StartAsync(
            $"--postgres:url={database}{said}", "--postgres:max_connections=1");
        var only = host.Services.GetRequiredService<NpgsqlDataSource>();

        await only.CreateCommand("set lock_timeout = '7s'").ExecuteNonQueryAsync();

        Assert.Equal(expected, await only.CreateCommand("show lock_timeout").ExecuteScalarAsync());
        await host.StopAsync();
    }
}
