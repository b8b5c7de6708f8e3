using System.Diagnostics;
using Dapper;
using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>What a batch does with its kind's table: copies rows into it, and looks up which ids it has.</summary>
internal sealed class TableWriter(KindTable table)
{
    private static readonly byte[] CopyHeader = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] CopyTrailer = [0xFF, 0xFF];

    private readonly string _copy = $"copy {table.Name} ({table.Columns}, digest, trace_id, stored_at) from stdin (format binary)";
    private readonly string _existing = $"select id, digest from {table.Name} where id = any(@ids)";

    /// <summary>Begins a COPY, which is a transaction of its own unless the connection is in one.</summary>
    internal Task<NpgsqlRawCopyStream> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.BeginRawBinaryCopyAsync(_copy, cancellationToken);

    /// <summary>
    /// The span of the rows' way into the table, of the source that the span around it is of; null where that is not recorded.
    /// Npgsql's own would begin with the COPY, which may be before there are rows.
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

    /// <summary>Copies all of these rows, or none where there are none, and ends the COPY; or throws and copies none.</summary>
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
            // Disposing alone would end the COPY as if it were whole.
            await copy.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await copy.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await copy.DisposeAsync();
    }

    /// <summary>The digests of those rows' ids that the table has.</summary>
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
