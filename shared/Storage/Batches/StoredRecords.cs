using System.Data.Common;
using Dapper;
using Npgsql;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Batches;

/// <summary>Reads stored records of one kind.</summary>
public sealed class StoredRecords(NpgsqlDataSource database, Kind kind)
{
    private readonly TableRights _rights = new KindTable(kind).Rights;
    private readonly string _select = SelectFrom(new KindTable(kind));

    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public async Task<StoredRecord?> FindAsync(long id) =>
        (await FindAsync([id])) is [var found] ? found : null;

    /// <summary>Returns the stored records among these ids, in no particular order.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public async Task<IReadOnlyList<StoredRecord>> FindAsync(IReadOnlyCollection<long> ids)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var rows = await connection.ExecuteReaderAsync(_select, new { ids = ids.ToArray() });
            var found = new List<StoredRecord>(ids.Count);
            while (await rows.ReadAsync())
                found.Add(Load(rows));
            return found;
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException)
        {
            throw new StoreUnavailableException(database, _rights, trouble);
        }
    }

    private static string SelectFrom(KindTable table) =>
        $"select {table.Columns}, digest, trace_id, stored_at from {table.Name} where id = any(@ids)";

    private StoredRecord Load(DbDataReader row)
    {
        var after = kind.Fields.Count;
        return new StoredRecord(
            (Record<long>)kind.Load(row),
            row.GetGuid(after),
            row.IsDBNull(after + 1) ? null : row.GetString(after + 1),
            row.GetFieldValue<DateTimeOffset>(after + 2));
    }
}
