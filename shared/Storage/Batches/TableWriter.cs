using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Batches;

/// <summary>Copies rows into a kind's table and looks up existing ids.</summary>
internal sealed class TableWriter(KindTable table)
{
    private static readonly byte[] CopyHeader = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] CopyTrailer = [0xFF, 0xFF];

    private readonly string _copy = $"copy {table.Name} ({table.Columns}, digest, trace_id, stored_at) from stdin (format binary)";
    private readonly string _existing = $"select id, digest from {table.Name} where id = any(@ids)";

    internal TableRights Rights => table.Rights;

    /// <summary>Starts a COPY. It is its own transaction unless the connection is already in one.</summary>
    internal Task<NpgsqlRawCopyStream> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.BeginRawBinaryCopyAsync(_copy, cancellationToken);

    /// <summary>
    /// Starts a span for copying rows, from the source of the surrounding span; null if that is not recorded. Npgsql's own span would begin
    /// with the COPY, which may start before there are rows.
    /// </summary>
    internal Activity? StartSpan(NpgsqlConnection connection)
    {
        if (Activity.Current is not { Recorded: true } around)
            return null;
        return around.Source.StartActivity($"COPY {table.Name}", ActivityKind.Client)?
            .SetTag("db.system.name", "postgresql")
            .SetTag("db.operation.name", "COPY")
            .SetTag("db.collection.name", table.Name)
            .SetTag("db.namespace", connection.Database)
            .SetTag("server.address", connection.Host)
            .SetTag("server.port", connection.Port);
    }

    /// <summary>Copies all of these rows and completes the COPY, or throws and copies none.</summary>
    internal static async Task EndAsync(
        NpgsqlRawCopyStream copy, IEnumerable<ReadOnlyMemory<byte>> rows, CancellationToken cancellationToken)
    {
        try
        {
            await copy.WriteAsync(CopyHeader, cancellationToken);
            foreach (var part in rows)
                await copy.WriteAsync(part, cancellationToken);
            await copy.WriteAsync(CopyTrailer, cancellationToken);
        }
        catch
        {
            // Disposing alone would commit the rows sent so far.
            await copy.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await copy.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await copy.DisposeAsync();
    }

    /// <summary>Returns the digests of these rows' ids that are in the table.</summary>
    internal async Task<Dictionary<long, Guid>> ExistingAsync(
        NpgsqlConnection connection, Batch batch, IReadOnlyList<int> rows, CancellationToken cancellationToken)
    {
        var ids = new long[rows.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = batch.Id(rows[i]);
        var existing = await connection.QueryAsync<(long Id, Guid Digest)>(
            new CommandDefinition(_existing, new { ids }, cancellationToken: cancellationToken));
        return existing.ToDictionary(row => row.Id, row => row.Digest);
    }
}
