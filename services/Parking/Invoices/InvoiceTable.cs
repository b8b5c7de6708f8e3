using Dapper;
using Npgsql;
using RideIngest.Parking.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Invoices;

/// <summary>Issues invoices and credit notes for versions of visits, and hands them on to be sent: one commit per batch.</summary>
internal sealed class InvoiceTable(NpgsqlDataSource database, OutgoingEvents<InvoiceMail> mails, Tariff tariff, TimeProvider clock)
{
    /// <summary>A version that is not newer than the last one known of its visit is ignored.</summary>
    public async Task IssueAsync(Batch<Visit> batch, CancellationToken cancellationToken)
    {
        var latest = Enumerable.Range(0, batch.Events.Count).GroupBy(place => batch.Events[place].Id)
            .Select(same => same.MaxBy(place => batch.Events[place].Version)).ToList();
        var ids = latest.Select(place => batch.Events[place].Id).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Command(InvoiceSql.LockVisits, new { ids }));
        var known = (await connection.QueryAsync<KnownVisit>(Command(InvoiceSql.Known, new { ids }))).ToDictionary(visit => visit.Id);
        var newer = latest.Where(place => batch.Events[place].Version > known[batch.Events[place].Id].Version).ToList();
        if (newer.Count == 0)
            return;
        var documents = newer.SelectMany(place =>
            Issue.Of(batch.Events[place], known[batch.Events[place].Id].Standing, tariff).Select(document => (place, document))).ToList();
        if (documents.Count > 0)
        {
            var numbers = documents.Select(item => item.document.Credits).OfType<string>().ToArray();
            await connection.ExecuteAsync(Command(InvoiceSql.LockInvoices, new { numbers }));
            var issued = await connection.QueryAsync<(string Number, bool IsSent)>(Command(
                InvoiceSql.IssueAll, Parameters([.. documents.Select(item => item.document)])));
            var sent = documents.Zip(issued).Where(item => item.Second.IsSent).Select(item => (
                batch.Origin(item.First.place),
                new InvoiceMail { Id = item.Second.Number, VehiclePlate = item.First.document.Plate }));
            await mails.AddAsync(connection, [.. sent], cancellationToken);
        }
        await connection.ExecuteAsync(Command(InvoiceSql.Remember, new
        {
            ids = newer.Select(place => batch.Events[place].Id).ToArray(),
            versions = newer.Select(place => batch.Events[place].Version).ToArray(),
            keeps = newer.Select(place => Issue.Keeps(batch.Events[place], known[batch.Events[place].Id].Standing)).ToArray(),
        }));
        await transaction.CommitAsync(cancellationToken);

        CommandDefinition Command(string sql, object parameters) => new(sql, parameters, cancellationToken: cancellationToken);
    }

    private object Parameters(List<NewDocument> documents)
    {
        var now = clock.GetUtcNow();
        return new
        {
            year = tariff.Local(now).Year,
            count = (long)documents.Count,
            issuedAt = now.UtcDateTime,
            ids = documents.Select(document => document.VisitId).ToArray(),
            versions = documents.Select(document => document.VisitVersion).ToArray(),
            plates = documents.Select(document => document.Plate).ToArray(),
            entries = documents.Select(document => document.EntryAt).ToArray(),
            exits = documents.Select(document => document.ExitAt).ToArray(),
            amounts = documents.Select(document => document.Amount).ToArray(),
            currencies = documents.Select(document => document.Currency).ToArray(),
            credited = documents.Select(document => document.Credits).ToArray(),
        };
    }

    private sealed class KnownVisit
    {
        public string Id { get; init; } = "";

        public int Version { get; init; }

        public string? Number { get; init; }

        public string Plate { get; init; } = "";

        public DateTime EntryAt { get; init; }

        public DateTime ExitAt { get; init; }

        public long Amount { get; init; }

        public string Currency { get; init; } = "";

        public StandingInvoice? Standing => Number is null ? null : new(Number, Plate, EntryAt, ExitAt, Amount, Currency);
    }
}
