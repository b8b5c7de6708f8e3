using System.Globalization;
using Npgsql;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// The only session that relays a system's outbox. It holds the system's lock and listens for commits, and all reads and deletes of the
/// relay use it; so once the session and its lock are lost, the relay can change nothing.
/// </summary>
internal sealed class OutboxSession : IAsyncDisposable
{
    private const string Lock = "select pg_try_advisory_lock(hashtextextended('ops.outbox of ' || $1, 0))";

    // Does not wait for the disk: events that reappear after a crash of Postgres are published again with the same ids.
    private const string Lead =
        """
        set synchronous_commit = off;
        set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3
        """;

    private const string Leave =
        """
        unlisten *; select pg_advisory_unlock_all();
        reset idle_session_timeout; reset synchronous_commit;
        reset tcp_keepalives_idle; reset tcp_keepalives_interval; reset tcp_keepalives_count
        """;

    private bool _woken;

    private OutboxSession(NpgsqlConnection connection, string system)
    {
        (Connection, Waiting) = (connection, new WaitingEvents(connection, system));
        connection.Notification += (_, _) => _woken = true;
    }

    public NpgsqlConnection Connection { get; }

    public WaitingEvents Waiting { get; }

    /// <summary>Opens a session; null while another session has the lock.</summary>
    /// <param name="lease">Postgres ends the session after this time without commands, because its process is paused or
    /// disconnected.</param>
    public static async Task<OutboxSession?> OpenAsync(
        NpgsqlDataSource database, string system, TimeSpan lease, CancellationToken cancellationToken)
    {
        var session = new OutboxSession(await database.OpenConnectionAsync(cancellationToken), system);
        try
        {
            if (await session.LeadAsync(system, lease, cancellationToken))
                return session;
            await session.Connection.DisposeAsync();
            return null;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes at the next commit with events, at one since the last wait, or after the poll interval.</summary>
    public async Task WaitAsync(TimeSpan poll, CancellationToken cancellationToken)
    {
        // Npgsql also receives notifications during other commands.
        if (!_woken)
            await Connection.WaitAsync(poll, cancellationToken);
        _woken = false;
    }

    public async ValueTask DisposeAsync()
    {
        // The pool does not reset sessions. If the session is broken, Postgres has released its lock.
        try
        {
            if (Connection.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(Leave, CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            NpgsqlConnection.ClearPool(Connection);
        }
        await Connection.DisposeAsync();
    }

    private async Task<bool> LeadAsync(string system, TimeSpan lease, CancellationToken cancellationToken)
    {
        await using (var attempt = new NpgsqlCommand(Lock, Connection))
        {
            attempt.Parameters.Add(new NpgsqlParameter<string> { TypedValue = system });
            if (await attempt.ExecuteScalarAsync(cancellationToken) is not true)
                return false;
        }
        var channel = new NpgsqlCommandBuilder().QuoteIdentifier(OutboxTable.Channel(system));
        var timeout = ((long)lease.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync($"{Lead}; set idle_session_timeout = {timeout}; listen {channel}", cancellationToken);
        return true;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, Connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
