using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Parking;

/// <summary>Settings without which no line can be written, and no invoice be issued or sent.</summary>
public sealed class ParkingSettingsTests
{
    [Theory]
    [InlineData("parking.mail.host: mails need a mail server. A good value: smtp.example.com", "--roles", "invoices")]
    [InlineData("parking.mail.from: mails need a sender's address", "--roles", "invoices", "--parking:mail:host=localhost")]
    [InlineData("parking.summary.url: the role visits needs it", "--roles", "visits")]
    [InlineData("parking.tariff.time_zone: \"Europe/Atlantis\" is invalid", "--parking:tariff:time-zone=Europe/Atlantis")]
    [InlineData("parking.tariff.currency: \"Euro\" is invalid", "--parking:tariff:currency=Euro")]
    public async Task What_is_missing_or_wrong_is_named_at_start(string message, params string[] args)
    {
        var nats = await TestNats.SharedAsync();
        var database = await TestPostgres.CreateDatabaseAsync();

        var error = await Assert.ThrowsAsync<SettingsException>(async () =>
        {
            await using var host = RideIngestHost.Create(
                "parking",
                [
                    "--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={nats.Url}", $"--postgres:url={database}",
                    .. args,
                ],
                new ParkingModule(ParkingDefaults.Alone));
            await host.StartAsync();
        });

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
