using System.Diagnostics;
using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>
/// A connection to store batches over, one after the other, and perhaps a COPY that has begun before there is a batch for it.
/// </summary>
internal sealed class StoreSession(NpgsqlConnection connection, TableWriter table) : IAsyncDisposable
{
    private readonly CancellationTokenSource _abandon = new();
    private Task<NpgsqlRawCopyStream>? _begun;
    private long _begunAt;

    /// <summary>For how long the COPY that was begun ahead has waited.</summary>
    internal TimeSpan Waits => Stopwatch.GetElapsedTime(_begunAt);

    /// <summary>Begins the COPY of the next batch. Should that fail, the next batch hears of it.</summary>
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

    /// <summary>The connection for anything else, with no COPY on it.</summary>
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
            // There were no rows in it: nothing is lost, and whoever stores next hears of the trouble itself.
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
