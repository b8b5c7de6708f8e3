using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Parking.Events;
using RideIngest.Parking.Invoices;

namespace RideIngest.Parking.Reads;

/// <summary>The endpoints that read invoices and credit notes.</summary>
internal sealed class InvoiceEndpoints(InvoiceReader invoices)
{
    private const string Tag = "parking";

    private static readonly string[] States = ["no_owner", "sending", "sent", "refused", "credited"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var reads = endpoints.ServiceProvider.GetRequiredService<InvoiceEndpoints>();
        Get("/parking/invoices", reads.ListAsync)
            .Operation("listParkingInvoices", Tag, "Invoices and credit notes, the latest first")
            .Filtered("InvoiceState", States)
            .Answers(typeof(InvoicePage), 200, "A page of invoices and credit notes")
            .Refuses(("bad-request", "A parameter is unknown or wrong; the detail names each."));
        Get("/parking/invoices/{number}", reads.FindAsync)
            .Operation("getParkingInvoice", Tag, "An invoice or a credit note")
            .Path("number", Parameters.Text, "Its number", "2026-000001")
            .Answers(typeof(ReadInvoice), 200, "The invoice or credit note")
            .Refuses(("not-found", "There is none with this number."));

        IEndpointConventionBuilder Get(string path, Delegate get) => endpoints.MapGet(path, get).Needs(Scopes.Read).LimitedAsRead()
            .Refuses("unauthorized", "forbidden", "too-many-requests", "internal", ("unavailable", "Postgres is unavailable."));
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var filter = query.Filter<InvoiceNumber>(InvoiceNumber.Parse, States);
        return query.Problem() is { } problem ? problem : ApiJson.Answer(await invoices.ListAsync(filter, http.RequestAborted));
    }

    private async Task<IResult> FindAsync(string number, CancellationToken cancellationToken) =>
        await invoices.FindAsync(number, cancellationToken) is { } invoice
            ? ApiJson.Answer(invoice)
            : Problem.OfStatus(404) with { Detail = "There is no invoice and no credit note with this number." };
}
