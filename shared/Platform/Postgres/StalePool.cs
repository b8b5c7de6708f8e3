using Npgsql;

namespace RideIngest.Platform.Postgres;

public static class StalePool
{
    /// <summary>
    /// Asks, and once more if that failed as it does over a connection that is gone. A pool outlives the server's connections: what a restart of Postgres left
    /// dead in it says nothing of Postgres.
    /// </summary>
    public static async Task<T> TryTwiceAsync<T>(this NpgsqlDataSource database, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception stale) when ((stale as NpgsqlException ?? stale.InnerException as NpgsqlException)?.IsTransient == true)
        {
            database.Clear();
            return await ask();
        }
    }
}
