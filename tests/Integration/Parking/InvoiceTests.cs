using static RideIngest.Integration.Parking.ParkingRig;

namespace RideIngest.Integration.Parking;

/// <summary>Which invoices and credit notes are issued for visits.</summary>
public sealed class InvoiceTests
{
    private static readonly (string, string) Invoice = ("invoice", "no_owner");
    private static readonly (string, string) Credited = ("invoice", "credited");
    private static readonly (string, string) CreditNote = ("credit_note", "no_owner");

    [Fact]
    public async Task A_visit_is_invoiced_and_one_that_costs_nothing_is_not()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "08:15"), Entry("e2", "B1", "08:00"), Exit("x2", "B1", "10:02"));

        var invoice = Assert.Single(await parking.IssuedAsync(Invoice));
        Assert.Equal(("x2", "B1", 400, "EUR"), (
            (string)invoice["visit_id"]!, (string)invoice["vehicle_plate"]!, (long)invoice["amount"]!, (string)invoice["currency"]!));
        Assert.Equal($"{((DateTimeOffset)invoice["issued_at"]!).Year}-000001", (string)invoice["number"]!);
        Assert.Equal(200, (await parking.System.GetAsync($"/parking/invoices/{invoice["number"]}")).Status);
        Assert.Equal(404, (await parking.System.GetAsync("/parking/invoices/2020-000001")).Status);
    }

    [Fact]
    public async Task A_corrected_visit_has_a_credit_note_and_a_new_invoice_and_a_withdrawn_one_a_credit_note_only()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "12:00"));
        await parking.IssuedAsync(Invoice);
        await parking.PassAsync(Entry("e2", "A1", "10:00"));
        await parking.IssuedAsync(Credited, CreditNote, Invoice);
        await parking.System.PostAsync("/parking/exits/x1/entry", """{"entry_id":null}""");

        var all = await parking.IssuedAsync(Credited, CreditNote, Credited, CreditNote);
        Assert.Equal([800, -800, 400, -400], all.Select(item => (long)item["amount"]!));
        Assert.Equal((string)all[0]["number"]!, (string)all[1]["credits"]!);
        Assert.Equal((string)all[3]["number"]!, (string)all[2]["credited_by"]!);
        Assert.Equal([1, 2, 2, 3], all.Select(item => (int)item["visit_version"]!));
    }

    [Fact]
    public async Task A_visit_that_only_changes_its_state_keeps_its_invoice()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "12:00"));
        await parking.IssuedAsync(Invoice);

        await parking.PublishAsync("x1", 2, "A1", "08:00", "12:00");
        await parking.PublishAsync("x2", 1, "B1", "08:00", "09:00");

        await parking.IssuedAsync(Invoice, Invoice);
    }

    [Fact]
    public async Task The_same_version_again_and_an_older_one_change_nothing()
    {
        await using var parking = await StartAsync();

        await parking.PublishAsync("x1", 3, "A1", "08:00", "12:00");
        await parking.IssuedAsync(Invoice);
        await parking.PublishAsync("x1", 3, "A1", "08:00", "12:00");
        await parking.PublishAsync("x1", 2, "A1", null, "12:00");
        await parking.PublishAsync("x1", 1, "A1", "09:00", "12:00");
        await parking.PublishAsync("x2", 2, "B1", null, "12:00");
        await parking.PublishAsync("x2", 1, "B1", "08:00", "12:00");
        await parking.PublishAsync("x3", 1, "C1", "08:00", "12:00");

        var all = await parking.IssuedAsync(Invoice, Invoice);
        Assert.Equal(["x1", "x3"], all.Select(item => (string)item["visit_id"]!));
    }

    [Fact]
    public async Task Lists_have_filters_and_pages()
    {
        await using var parking = await StartAsync();
        for (var visit = 1; visit <= 3; visit++)
            await parking.PublishAsync($"x{visit}", 1, visit == 3 ? "B1" : "A1", "08:00", "12:00");
        await parking.IssuedAsync(Invoice, Invoice, Invoice);

        var first = (await parking.System.GetAsync("/parking/invoices?plate=a-1&state=no_owner&limit=1")).Json;
        var second = (await parking.System.GetAsync($"/parking/invoices?plate=a-1&state=no_owner&limit=1&after={first["next"]}")).Json;

        Assert.Equal(["x2", "x1"], new[] { first, second }.Select(page => (string)Assert.Single(page["items"]!.AsArray())!["visit_id"]!));
        Assert.Null(second["next"]);
        Assert.Equal(400, (await parking.System.GetAsync("/parking/invoices?state=lost")).Status);
    }

    [Fact]
    public async Task A_vehicle_inside_has_its_charge_so_far()
    {
        await using var parking = await StartAsync("--parking:tariff:free=0s", "--parking:tariff:price=150", "--parking:tariff:currency=CHF");
        var entered = DateTimeOffset.UtcNow.AddMinutes(-90);

        await parking.PassAsync(new Passed(false, "e1", "A1", entered));

        var inside = (await parking.System.GetAsync("/parking/inside")).Json["items"]![0]!;
        Assert.Equal((300, "CHF"), ((long)inside["charge"]!, (string)inside["currency"]!));
    }
}
