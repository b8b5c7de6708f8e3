using Dapper;
using Npgsql;
using RideIngest.Parking.Invoices;

namespace RideIngest.Parking.Reads;

/// <summary>Reads invoices and credit notes.</summary>
internal sealed class InvoiceReader(NpgsqlDataSource database)
{
    private const string Columns =
        """
        number, kind, state, visit_id as VisitId, visit_version as VisitVersion, plate, entry_at as EntryAt, exit_at as ExitAt, amount,
        currency, issued_at as IssuedAt, credits, credited_by as CreditedBy, sent_at as SentAt, sent_to as SentTo
        """;

    public async Task<ReadInvoice?> FindAsync(string number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QuerySingleOrDefaultAsync<Row>(
            $"select {Columns} from parking.invoices where number = @number", new { number }))?.Invoice;
    }

    /// <summary>Lists invoices and credit notes, the latest first.</summary>
    public async Task<InvoicePage> ListAsync(ListFilter<InvoiceNumber> filter, CancellationToken cancellationToken)
    {
        var (plate, state, after, limit) = filter;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<Row>(
            $"""
            select {Columns} from parking.invoices
            where {(plate is null ? "true" : "plate = @plate")} and {(state is null ? "true" : "state = @state")}
              and {(after is null ? "true" : "(year, sequence) < (@Year, @Sequence)")}
            order by year desc, sequence desc limit @limit + 1
            """,
            new { plate, state, after?.Year, after?.Sequence, limit })).ToList();
        var items = rows.Take(limit).Select(row => row.Invoice).ToList();
        return new(items, rows.Count > limit ? items[^1].Number : null);
    }

    private sealed record Row(
        string Number, string Kind, string State, string VisitId, int VisitVersion, string Plate, DateTime EntryAt, DateTime ExitAt,
        long Amount, string Currency, DateTime IssuedAt, string? Credits, string? CreditedBy, DateTime? SentAt, string? SentTo)
    {
        public ReadInvoice Invoice => new(
            Number, Kind, State, VisitId, VisitVersion, Plate, new(EntryAt), new(ExitAt), Amount, Currency, new(IssuedAt), Credits,
            CreditedBy, SentAt is { } at ? new DateTimeOffset(at) : null, SentTo);
    }
}
