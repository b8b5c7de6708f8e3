using System.Globalization;
using Npgsql;
using RideIngest.Faults.Load;
using RideIngest.Records.Kinds;

namespace RideIngest.Faults.Checking;

/// <summary>A dead letter as it rests.</summary>
internal sealed record Letter(long? Id, string Code, byte[] Payload);

/// <summary>What Postgres holds, read column by column with nothing of the product's own reading.</summary>
internal sealed class Evidence
{
    public Dictionary<long, Record<long>> Rows { get; } = [];

    /// <summary>Ids that are there more than once.</summary>
    public List<long> Repeated { get; } = [];

    public List<Letter> Letters { get; } = [];

    /// <param name="firstId">Rows before this one, and rides as far before the first ride, are of no concern.</param>
    /// <param name="firstLetter">Nor are dead letters before this one, by their own number.</param>
    public static async Task<Evidence> ReadAsync(NpgsqlDataSource database, long firstId = 0, long firstLetter = 0)
    {
        var evidence = new Evidence();
        await evidence.ReadAsync(database, BookingRows.Select, BookingRows.Read, firstId);
        await evidence.ReadAsync(database, RideRows.Select, RideRows.Read, Content.FirstRide + firstId);
        await using (var select = database.CreateCommand(string.Create(CultureInfo.InvariantCulture,
            $"select key::bigint, code, payload from ops.dead_letters where system = 'rides' and id >= {firstLetter}")))
        await using (var row = await select.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
                evidence.Letters.Add(new Letter(row.IsDBNull(0) ? null : row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        }
        return evidence;
    }

    private async Task ReadAsync<T>(NpgsqlDataSource database, string select, Func<NpgsqlDataReader, T> read, long firstId)
        where T : Record<long>
    {
        await using var command = database.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"{select} where id >= {firstId}"));
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var record = read(row);
            if (!Rows.TryAdd(record.Id, record))
                Repeated.Add(record.Id);
        }
    }
}
