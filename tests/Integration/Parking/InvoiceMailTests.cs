using System.Text.Json.Nodes;
using RideIngest.Console;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Console;
using RideIngest.Integration.Systems;
using RideIngest.Simulators.Mail;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Parking.ParkingRig;

namespace RideIngest.Integration.Parking;

/// <summary>How invoices and credit notes reach owners.</summary>
public sealed class InvoiceMailTests
{
    private const string Ann = "ann@example.com";

    private static readonly (string, string) Sent = ("invoice", "sent");
    private static readonly (string, string) Sending = ("invoice", "sending");
    private static readonly Passed[] Visit = [Entry("e1", "A1", "08:00"), Exit("x1", "A1", "10:02")];

    [Fact]
    public async Task An_owner_gets_a_mail_in_plain_text()
    {
        await using var parking = await StartAsync();
        await parking.OwnAsync("a-1", Ann);

        await parking.PassAsync(Visit);

        var invoice = Assert.Single(await parking.IssuedAsync(Sent));
        var mail = Assert.Single(parking.Mail.Received(Ann));
        var number = (string)invoice["number"]!;
        Assert.Equal(($"{number}@localhost", $"Invoice {number}: vehicle A1", 1), (mail.MessageId, mail.Subject, mail.Times));
        foreach (var line in new[] { "Entry:   2026-11-29 08:00:00 +00:00", "Stay:    2h2m0s", "Amount:  EUR 4.00" })
            Assert.Contains(line, mail.Text, StringComparison.Ordinal);
        Assert.Equal((Ann, true), ((string)invoice["sent_to"]!, invoice["sent_at"] is not null));
    }

    [Fact]
    public async Task An_invoice_waits_for_its_owner_also_when_it_is_credited_meanwhile()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(Visit);
        await parking.IssuedAsync(("invoice", "no_owner"));
        await parking.PassAsync(Entry("e2", "A1", "09:00"));
        await parking.IssuedAsync(("invoice", "credited"), ("credit_note", "no_owner"), ("invoice", "no_owner"));
        Assert.Empty(parking.Mail.Received());

        await parking.OwnAsync("A1", Ann);

        await parking.IssuedAsync(("invoice", "credited"), ("credit_note", "sent"), Sent);
        await Eventually.True(() => parking.Mail.Received(Ann).Count == 3);
        Assert.Contains(parking.Mail.Received(Ann), mail => mail.Text.Contains("Amount:  EUR -4.00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_mail_server_is_down_invoices_are_issued_and_wait()
    {
        await using var parking = await StartAsync();
        await parking.OwnAsync("A1", Ann);
        await parking.Mail.SetAsync(MailFault.Down);

        await parking.PassAsync(Visit);
        await parking.IssuedAsync(Sending);
        await Eventually.True(async () => (await parking.System.GetAsync("/readyz")).Text.Contains("\"mail\"", StringComparison.Ordinal));
        await parking.Mail.SetAsync(MailFault.None);

        await parking.IssuedAsync(Sent);
        Assert.Equal(1, Assert.Single(parking.Mail.Received(Ann)).Times);
        Assert.Equal(0, await parking.System.Database.ScalarAsync<long>("select count(*) from ops.dead_letters"));
        Assert.Equal("""{"status":"ready"}""", (await parking.System.GetAsync("/readyz")).Text);
    }

    [Fact]
    public async Task A_mail_whose_answer_is_lost_is_sent_again_as_the_same_mail()
    {
        await using var parking = await StartAsync();
        await parking.OwnAsync("A1", Ann);
        await parking.Mail.SetAsync(MailFault.DropAnswer);

        await parking.PassAsync(Visit);
        await Eventually.True(() => parking.Mail.Received(Ann) is [{ Times: >= 2 }]);
        await parking.Mail.SetAsync(MailFault.None);

        await parking.IssuedAsync(Sent);
        Assert.Single(parking.Mail.Received(Ann));
    }

    [Fact]
    public async Task A_refused_address_is_a_dead_letter_which_goes_once_the_owner_is_corrected()
    {
        await using var parking = await StartAsync();
        await parking.OwnAsync("A1", "wrong@example.com");
        await parking.Mail.SetAsync(MailFault.Refuse);

        await parking.PassAsync(Visit);
        await parking.IssuedAsync(("invoice", "refused"));
        await Eventually.True(async () => await parking.System.Database.ScalarAsync<string>(
            "select concat_ws(' ', system, stage, kind, class, code, attempts) from ops.dead_letters") == "parking mail mails partner refused 1");
        await parking.Mail.SetAsync(MailFault.None);
        await parking.OwnAsync("A1", Ann);
        await using var console = RideIngestHost.Create(
            "console", ["--urls", "http://127.0.0.1:0", .. parking.System.ServerArgs, "--logging:level=fatal"], new ConsoleModule());
        await console.StartAsync();
        using var nobody = new OperatorClient(console.Urls[0], "");
        var letter = await parking.System.Database.ScalarAsync<long>("select id from ops.dead_letters");
        Assert.Equal(202, (await nobody.PostAsync($"{ConsoleRig.Letters}/{letter}/replay", new JsonObject())).Status);

        await parking.IssuedAsync(Sent);
        Assert.Single(parking.Mail.Received(Ann));
        await console.StopAsync();
    }

    [Fact]
    public async Task Owners_are_put_read_and_deleted()
    {
        await using var parking = await StartAsync();

        await parking.OwnAsync("ka-01%20ab", Ann);
        var owner = (await parking.System.GetAsync("/parking/owners/KA01AB")).Json;
        Assert.Equal(("KA01AB", Ann), ((string)owner["vehicle_plate"]!, (string)owner["email"]!));
        Assert.Equal(200, (await parking.System.DeleteAsync("/parking/owners/KA01AB")).Status);
        Assert.Equal(404, (await parking.System.GetAsync("/parking/owners/KA01AB")).Status);
        Assert.Equal(404, (await parking.System.DeleteAsync("/parking/owners/KA01AB")).Status);
        Assert.Equal(422, (await parking.System.PutAsync("/parking/owners/__", """{"email":"ann@example.com"}""")).Status);
        Assert.Equal(400, (await parking.System.PutAsync("/parking/owners/A1", """{"mail":1}""")).Status);
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("ann@")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("ann@example.com, bob@example.com")]
    [InlineData("änn@example.com")]
    [InlineData("ann@example.com\\r\\nBcc: bob@example.com")]
    public async Task What_is_no_address_is_refused(string email)
    {
        await using var parking = await StartAsync();

        Assert.Equal(422, (await parking.System.PutAsync("/parking/owners/A1", $$"""{"email":"{{email}}"}""")).Status);
    }
}
