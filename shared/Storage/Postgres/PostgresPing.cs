using Npgsql;
using Polly;

namespace RideIngest.Storage.Postgres;

/// <summary>
/// Checks whether Postgres answers, with one query at a time for all callers. The query is never cancelled, because Npgsql sends a cancel
/// request to Postgres and blocks the caller until it responds.
/// </summary>
public sealed class PostgresPing(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 2;

    private readonly ResiliencePipeline _twice = StalePool.RetryOnce(database);
    private readonly Lock _gate = new();
    private Task _asked = Task.CompletedTask;

    /// <summary>Completes when Postgres has answered.</summary>
    /// <exception cref="NpgsqlException">Postgres is unavailable or refuses the login.</exception>
    /// <exception cref="TimeoutException">Postgres does not answer.</exception>
    public Task AskAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_asked.IsCompleted)
                _asked = Task.Run(() => _twice.ExecuteAsync(SelectAsync).AsTask(), CancellationToken.None);
            return _asked.WaitAsync(patience, cancellationToken);
        }
    }

    /// <summary>Says what is wrong with Postgres; see <see cref="PostgresFailure"/>.</summary>
    public string Describe(Exception failure) => PostgresFailure.Describe(database, failure);

    private async ValueTask SelectAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select 1");
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
