using Dapper;
using Npgsql;
using RideIngest.Streams.Stages;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>Writes bills into the ledger, each once.</summary>
internal sealed class BillStep(NpgsqlDataSource database) : Step<Bill>
{
    public override async Task<StepResult[]> RunAsync(Batch<Bill> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            insert into tolls.ledger (id, plate, cents)
            select * from unnest(@ids, @plates, @cents)
            on conflict do nothing
            """,
            new
            {
                ids = batch.Events.Select(bill => bill.Id).ToArray(),
                plates = batch.Events.Select(bill => bill.Plate).ToArray(),
                cents = batch.Events.Select(bill => bill.Cents).ToArray(),
            });
        return StepResult.Each(batch.Events.Count);
    }
}
