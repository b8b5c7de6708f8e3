using Npgsql;
using Polly;

namespace RideIngest.Storage.Postgres;

/// <summary>
/// Whether Postgres answers, for however many ask. One question is under way at a time, and it is left alone: to cancel it, Npgsql would
/// ask Postgres, and hold up who cancels until that has listened.
/// </summary>
public sealed class PostgresPing(NpgsqlDataSource database)
{
    private const int TimeoutSeconds = 2;

    private readonly ResiliencePipeline _twice = StalePool.RetryOnce(database);
    private readonly Lock _gate = new();
    private Task _asked = Task.CompletedTask;

    /// <summary>Ends when Postgres has answered.</summary>
    /// <exception cref="NpgsqlException">It is away, or lets us not in.</exception>
    /// <exception cref="TimeoutException">It says nothing.</exception>
    public Task AskAsync(TimeSpan patience, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_asked.IsCompleted)
                _asked = Task.Run(() => _twice.ExecuteAsync(SelectAsync).AsTask(), CancellationToken.None);
            return _asked.WaitAsync(patience, cancellationToken);
        }
    }

    private async ValueTask SelectAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select 1");
        command.CommandTimeout = TimeoutSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
