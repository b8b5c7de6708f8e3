using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Invoices;

/// <summary>Keeps owners of vehicles. When one becomes known, the invoices that wait for that are handed on to be sent.</summary>
internal sealed class OwnerTable(NpgsqlDataSource database, OutgoingEvents<InvoiceMail> mails)
{
    private const string Columns = "plate, email, updated_at as UpdatedAt";

    /// <param name="plate">As it is stored.</param>
    public async Task<VehicleOwner> PutAsync(string plate, string email, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(InvoiceSql.ChangeOwners);
        var owner = await connection.QuerySingleAsync<Row>(
            $"""
            insert into parking.owners (plate, email) values (@plate, @email)
            on conflict (plate) do update set email = excluded.email, updated_at = now()
            returning {Columns}
            """,
            new { plate, email });
        var waiting = await connection.QueryAsync<string>(
            "update parking.invoices set mail = 'sending' where plate = @plate and mail = 'no_owner' returning number", new { plate });
        var from = new EventOrigin($"owner-{Guid.NewGuid():N}", Activity.Current?.Context ?? default);
        var due = waiting.Order().Select(number => (from, new InvoiceMail { Id = number, VehiclePlate = plate }));
        await mails.AddAsync(connection, [.. due], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return owner.Owner;
    }

    public async Task<VehicleOwner?> FindAsync(string plate, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<Row>(
            $"select {Columns} from parking.owners where plate = @plate", new { plate }))?.Owner;
    }

    /// <returns>The owner that was deleted; null if there was none.</returns>
    public async Task<VehicleOwner?> DeleteAsync(string plate, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<Row>(
            $"delete from parking.owners where plate = @plate returning {Columns}", new { plate }))?.Owner;
    }

    private sealed record Row(string Plate, string Email, DateTime UpdatedAt)
    {
        public VehicleOwner Owner => new(Plate, Email, new(UpdatedAt));
    }
}
