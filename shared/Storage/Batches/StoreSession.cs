using System.Diagnostics;
using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>A connection that stores batches one after the other, with an optional COPY started before its batch.</summary>
internal sealed class StoreSession(NpgsqlConnection connection, TableWriter table) : IAsyncDisposable
{
    private readonly CancellationTokenSource _abandon = new();
    private Task<NpgsqlRawCopyStream>? _begun;
    private long _begunAt;

    /// <summary>How long the COPY that was started ahead has been waiting.</summary>
    internal TimeSpan Waits => Stopwatch.GetElapsedTime(_begunAt);

    /// <summary>Starts the COPY of the next batch. If it fails, the next batch gets the exception.</summary>
    internal void BeginAhead() => (_begun, _begunAt) = (table.BeginAsync(connection, _abandon.Token), Stopwatch.GetTimestamp());

    /// <summary>Copies all of these rows, or throws and copies none.</summary>
    internal async Task CopyAsync(Batch batch, IReadOnlyList<int> rows, CancellationToken cancellationToken)
    {
        using var span = table.StartSpan(connection);
        try
        {
            var copy = await BegunAsync(cancellationToken) ?? await table.BeginAsync(connection, cancellationToken);
            await TableWriter.EndAsync(copy, batch.Parts(rows), cancellationToken);
        }
        catch (PostgresException refused)
        {
            span?.SetTag("db.response.status_code", refused.SqlState).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    /// <summary>Returns the connection for other commands, with no COPY on it.</summary>
    internal async ValueTask<NpgsqlConnection> WithoutCopyAsync(CancellationToken cancellationToken = default)
    {
        if (await BegunAsync(cancellationToken) is { } copy)
            await TableWriter.EndAsync(copy, [], CancellationToken.None);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await WithoutCopyAsync();
        }
        catch (Exception)
        {
            // The COPY had no rows, so nothing is lost. The next store reports the failure itself.
        }
        await connection.DisposeAsync();
        _abandon.Dispose();
    }

    private async ValueTask<NpgsqlRawCopyStream?> BegunAsync(CancellationToken cancellationToken)
    {
        if (_begun is not { } begun)
            return null;
        _begun = null;
        await using var abandoning = cancellationToken.UnsafeRegister(
            static abandon => ((CancellationTokenSource)abandon!).Cancel(), _abandon);
        return await begun;
    }
}
