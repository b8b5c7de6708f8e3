using Dapper;
using Npgsql;

namespace RideIngest.Parking.Invoices;

/// <summary>An invoice or a credit note that is not sent yet.</summary>
/// <param name="Email">The owner's address; null if there is none.</param>
internal sealed record DueMail(
    string Number, string Plate, DateTime EntryAt, DateTime ExitAt, long Amount, string Currency, DateTime IssuedAt, string? Credits,
    string? Email);

/// <summary>Reads invoices and credit notes that are to be sent, and keeps what became of it.</summary>
internal sealed class InvoiceMails(NpgsqlDataSource database)
{
    private const string Due =
        """
        select number, invoice.plate, entry_at as EntryAt, exit_at as ExitAt, amount, currency, issued_at as IssuedAt, credits, email
        from parking.invoices as invoice left join parking.owners as owner on owner.plate = invoice.plate
        where number = any (@numbers) and mail <> 'sent'
        """;

    private const string Settle =
        $"""
        {InvoiceSql.HoldOwners};
        {InvoiceSql.LockInvoices};
        update parking.invoices as invoice set mail = 'sent', sent_at = now(), sent_to = given.email
        from unnest(@sent, @emails) as given (number, email) where invoice.number = given.number;
        update parking.invoices set mail = 'refused' where number = any (@refused)
        """;

    private const string Rest =
        """
        update parking.invoices as invoice set mail = 'no_owner'
        where number = any (@unowned) and not exists (select from parking.owners as owner where owner.plate = invoice.plate)
        returning number
        """;

    public async Task<Dictionary<string, DueMail>> DueAsync(string[] numbers, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var due = await connection.QueryAsync<DueMail>(new CommandDefinition(Due, new { numbers }, cancellationToken: cancellationToken));
        return due.ToDictionary(mail => mail.Number);
    }

    /// <summary>Keeps which ones were sent, which ones the mail server refuses for good, and which ones have no owner.</summary>
    /// <returns>Those of the last that have an owner meanwhile.</returns>
    public async Task<IReadOnlySet<string>> SettleAsync(
        IReadOnlyList<DueMail> sent, IReadOnlyList<DueMail> refused, IReadOnlyList<DueMail> unowned, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            numbers = Numbers([.. sent, .. refused, .. unowned]),
            sent = Numbers(sent),
            emails = sent.Select(mail => mail.Email).ToArray(),
            refused = Numbers(refused),
            unowned = Numbers(unowned),
        };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Settle, parameters, cancellationToken: cancellationToken));
        var rest = await connection.QueryAsync<string>(new CommandDefinition(Rest, parameters, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return Numbers(unowned).Except(rest).ToHashSet();

        static string[] Numbers(IReadOnlyList<DueMail> mails) => [.. mails.Select(mail => mail.Number)];
    }
}
