namespace RideIngest.Parking.Invoices;

/// <summary>The statements that issue invoices and credit notes.</summary>
internal static class InvoiceSql
{
    /// <summary>Keeps owners as they are until the end of the transaction; others may do the same.</summary>
    public const string HoldOwners = "select pg_advisory_xact_lock_shared(hashtextextended('parking owners', 0))";

    /// <summary>Waits until nobody holds owners, and keeps others from that.</summary>
    public const string ChangeOwners = "select pg_advisory_xact_lock(hashtextextended('parking owners', 0))";

    /// <summary>Locks invoices in the order of their numbers, so that transactions cannot block each other.</summary>
    public const string LockInvoices =
        """
        select count(*) from (
          select from parking.invoices where number = any (@numbers) order by number for no key update) as locked
        """;

    /// <summary>Locks visits. What is known of them is read by the next statement, because this one may have waited for a change.</summary>
    public const string LockVisits =
        $"""
        {HoldOwners};
        insert into parking.invoiced_visits (visit_id)
        select id from unnest(@ids) as id order by id collate "C" on conflict do nothing;
        select count(*) from (
          select from parking.invoiced_visits where visit_id = any (@ids) order by visit_id for no key update) as locked
        """;

    public const string Known =
        """
        select visit.visit_id as Id, visit.version, number, plate, entry_at as EntryAt, exit_at as ExitAt, amount, currency
        from parking.invoiced_visits as visit left join parking.invoices on number = visit.invoice
        where visit.visit_id = any (@ids)
        """;

    /// <summary>
    /// Takes the next numbers of the year, and issues documents in their order. Other transactions wait for the year's row until the end of
    /// this one.
    /// </summary>
    public const string IssueAll =
        """
        with taken as (
          insert into parking.invoice_numbers as numbers (year, last) values (@year, @count)
          on conflict (year) do update set last = numbers.last + excluded.last
          returning last - @count as before),
        document as (
          select given.*, before + place as sequence,
            @year || '-' || lpad((before + place)::text, greatest(6, length((before + place)::text)), '0') as number
          from taken cross join unnest(@ids, @versions, @plates, @entries, @exits, @amounts, @currencies, @credited)
            with ordinality as given (id, version, plate, entry_at, exit_at, amount, currency, credits, place)),
        issued as (
          insert into parking.invoices (number, year, sequence, kind, visit_id, visit_version, plate, entry_at, exit_at, amount, currency,
            issued_at, credits, mail)
          select number, @year, sequence, case when credits is null then 'invoice' else 'credit_note' end, id, version, document.plate,
            entry_at, exit_at, amount, currency, @issuedAt, credits, case when owner.plate is null then 'no_owner' else 'sending' end
          from document left join parking.owners as owner on owner.plate = document.plate
          returning number, sequence, credits, mail),
        credited as (
          update parking.invoices as standing set credited_by = issued.number from issued where standing.number = issued.credits)
        select number, mail = 'sending' as is_sent from issued order by sequence
        """;

    /// <summary>Remembers versions and the invoices that stand now, after those were issued.</summary>
    public const string Remember =
        """
        update parking.invoiced_visits as visit
        set version = given.version,
          invoice = case when given.keeps then visit.invoice else (
            select number from parking.invoices
            where visit_id = given.id and visit_version = given.version and kind = 'invoice') end
        from unnest(@ids, @versions, @keeps) as given (id, version, keeps)
        where visit.visit_id = given.id
        """;
}
