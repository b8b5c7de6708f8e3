using Dapper;
using Npgsql;
using RideIngest.Streams.Stages;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>Adds passages to their vehicles' accounts, each once, and bills an account in the transaction that fills it.</summary>
internal sealed class AccountStep(NpgsqlDataSource database, OutgoingEvents<Bill> bills) : Step<Passage>
{
    private const int BilledFrom = 1000;

    public override async Task<StepResult[]> RunAsync(Batch<Passage> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var full = (await connection.QueryAsync<(string Plate, int Due)>(
            """
            with added as (
                insert into tolls.passages (id, plate, cents)
                select distinct on (id) id, plate, cents from unnest(@ids, @plates, @cents) as passage (id, plate, cents)
                on conflict do nothing
                returning plate, cents)
            insert into tolls.accounts as account (plate, due)
            select plate, sum(cents) from added group by plate order by plate
            on conflict (plate) do update set due = account.due + excluded.due
            returning plate, due
            """,
            new
            {
                ids = batch.Events.Select(passage => passage.Id).ToArray(),
                plates = batch.Events.Select(passage => passage.Plate).ToArray(),
                cents = batch.Events.Select(passage => passage.Cents).ToArray(),
            })).Where(account => account.Due >= BilledFrom).ToDictionary(account => account.Plate, account => account.Due);
        await connection.ExecuteAsync("update tolls.accounts set due = 0 where plate = any(@plates)", new { plates = full.Keys.ToArray() });
        var billed = new List<(EventOrigin, Bill)>();
        for (var i = batch.Events.Count - 1; i >= 0; i--)
        {
            var passage = batch.Events[i];
            if (full.Remove(passage.Plate, out var due))
                billed.Add((batch.Origin(i), new Bill { Id = passage.Id, Plate = passage.Plate, Cents = due }));
        }
        await bills.AddAsync(connection, billed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return StepResult.Each(batch.Events.Count);
    }
}
