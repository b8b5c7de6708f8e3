using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RideIngest.Faults.Worlds;
using RideIngest.LocalServers.Postgres;
using RideIngest.Simulators.Mail;
using RideIngest.Simulators.Settings;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Tests;

/// <summary>Two processes that issue invoices at once, of which one is killed again and again while it takes numbers or commits.</summary>
public sealed class InvoicesKilledTests : IAsyncLifetime
{
    private const int Together = 20;

    /// <summary>The most visits that wait for their invoices.</summary>
    private const int MostAhead = 100;

    /// <summary>The vehicles whose owners are known.</summary>
    private const int Owned = 40;

    // Before numbers are taken, after that, and when they are committed but the process does not know.
    private static readonly (Way, string)[] Moments =
        [(Way.ToServer, "invoice_numbers"), (Way.ToServer, "update parking.invoiced_visits"), (Way.ToClient, "COMMIT")];

    private static readonly HttpClient Http = new() { Timeout = Deadlines.Hang };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rideingest-invoices-");
    private MailSimulator _mail = null!;
    private NatsNodes _nats = null!;
    private PostgresServer _postgres = null!;
    private string _connection = "";
    private NpgsqlDataSource _database = null!;
    private Instance _visits = null!;
    private Instance _killed = null!;
    private Instance _other = null!;

    public async Task InitializeAsync()
    {
        _mail = MakeMail();
        await _mail.StartAsync(default);
        _nats = await NatsNodes.StartAsync(1, null);
        _postgres = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = false });
        _connection = await _postgres.CreateDatabaseAsync("parking");
        _database = NpgsqlDataSource.Create(_connection);
        var summary = Path.Combine(_folder.FullName, "summary.csv");
        _visits = Make("visits", "--roles", "api,visits,summary", $"--parking:summary:file={summary}");
        string[] invoices =
        [
            "--roles", "invoices", "--parking:mail:host=127.0.0.1", $"--parking:mail:port={_mail.Port}",
            "--parking:mail:from=parking@example.com",
        ];
        (_killed, _other) = (Make("killed", invoices), Make("other", invoices));
        Instance[] all = [_visits, _killed, _other];
        await Task.WhenAll(all.Select(instance => instance.StartAsync()));
        await Task.WhenAll(all.Select(instance => instance.ReadyAsync()));
        await Redelivery.SoonAsync(_nats.Url, "PARKING", ["invoices", "mail"]);
    }

    public async Task DisposeAsync()
    {
        foreach (var instance in (Instance[])[_visits, _killed, _other])
            await instance.DisposeAsync();
        await _database.DisposeAsync();
        await _nats.DisposeAsync();
        await _postgres.DisposeAsync();
        await _mail.StopAsync(default);
        _mail.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_visit_has_one_invoice_and_numbers_have_no_gap_however_often_a_process_is_killed()
    {
        for (var vehicle = 0; vehicle < Owned; vehicle++)
            await OwnAsync(vehicle);
        using var enough = new CancellationTokenSource();
        var posting = PostAsync(enough.Token);
        foreach (var (way, text) in Moments)
        {
            await KillAtAsync(new(way, text, tripped: _killed.KillNow));
            await _killed.KillAsync();
            await _killed.StartAsync();
        }
        await enough.CancelAsync();
        var visits = await posting;

        await Eventually.True(async () => await ScalarAsync("select count(distinct visit_id) from parking.invoices") == visits);
        Assert.Equal(visits, await ScalarAsync("select count(*) from parking.invoices"));
        Assert.Equal(0, await ScalarAsync(
            """
            select count(*) from (
              select year from parking.invoices group by year having min(sequence) <> 1 or max(sequence) <> count(*)) as with_gaps
            """));
        await Eventually.True(async () => await ScalarAsync("select count(*) from parking.invoices where state = 'sent'") == Owned);
        Assert.Equal(Owned, _mail.Received().Count);
        Assert.Equal(0, await ScalarAsync("select count(*) from ops.dead_letters"));
    }

    private async Task KillAtAsync(Tripwire wire)
    {
        _killed.Postgres.Tripwire = wire;
        await wire.Hit.WaitAsync(Deadlines.Hang);
        _killed.Postgres.Tripwire = null;
    }

    /// <summary>Posts visits until there are enough.</summary>
    /// <returns>Their number.</returns>
    private async Task<int> PostAsync(CancellationToken enough)
    {
        var visits = 0;
        for (; visits < Owned || !enough.IsCancellationRequested; visits += Together)
        {
            var range = Enumerable.Range(visits, Together).ToArray();
            await PostAsync("entries", range.Select(visit =>
                $$"""{"id":"e{{visit}}","vehicle_plate":"P{{visit}}","entry_date_time":"2026-11-29T08:00:00Z"}"""));
            await PostAsync("exits", range.Select(visit =>
                $$"""{"id":"x{{visit}}","vehicle_plate":"P{{visit}}","exit_date_time":"2026-11-29T09:00:00Z"}"""));
            await Eventually.True(async () => await ScalarAsync("select count(*) from parking.invoices") > visits - MostAhead);
        }
        return visits;
    }

    private async Task PostAsync(string what, IEnumerable<string> events)
    {
        using var content = new StringContent(string.Join('\n', events), Encoding.UTF8, "application/x-ndjson");
        using var answer = await Http.PostAsync(new Uri(_visits.Url, $"/parking/{what}"), content);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task OwnAsync(int vehicle)
    {
        using var content = new StringContent("""{"email":"owner@example.com"}""", Encoding.UTF8, "application/json");
        using var answer = await Http.PutAsync(new Uri(_visits.Url, $"/parking/owners/P{vehicle}"), content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static MailSimulator MakeMail() => new(new SimulatorsSettings(), NullLogger<MailSimulator>.Instance);

    private Instance Make(string name, params string[] args) =>
        new("Parking", name, _nats.Servers, _connection, _folder.FullName, args);
}
