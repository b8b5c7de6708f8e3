using Npgsql;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Systems;

/// <summary>Looks into a database, and changes what is there.</summary>
internal static class Sql
{
    /// <summary>Opens a database for the test itself, which waits for a busy server.</summary>
    public static NpgsqlDataSource Open(string connection)
    {
        var seconds = (int)Deadlines.Hang.TotalSeconds;
        return NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Timeout = seconds, CommandTimeout = seconds });
    }

    public static async Task ExecuteAsync(this NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ScalarAsync<T>(this NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
