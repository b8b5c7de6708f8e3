using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Uses a connection for dead letters.</summary>
internal static class DeadLetterConnection
{
    private static readonly TableRights Rights = new("ops.dead_letters", "select, insert, update");

    /// <param name="rights">Of the table in use, if it is another one.</param>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public static async Task<T> AskAsync<T>(
        this NpgsqlDataSource database, Func<NpgsqlConnection, Task<T>> ask, TableRights? rights = null)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            return await ask(connection);
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException)
        {
            throw new StoreUnavailableException(database, rights ?? Rights, trouble);
        }
    }
}
