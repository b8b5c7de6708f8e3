using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Email;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Mail.Sending;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>Single mails to employees.</summary>
public sealed class EmailDestinationTests
{
    [Fact]
    public async Task A_mail_that_the_server_does_not_have_when_the_process_stops_is_not_begun()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var smtp = new MailSettings
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)silent.LocalEndpoint).Port,
            From = "checkin@example.com",
        };
        using var sender = new MailSender(
            smtp, new("checkin.smtp", "Check-outs", "checkin@localhost", OwnPort: null), TimeProvider.System,
            NullLogger<MailSender>.Instance);
        var destination = new EmailDestination(sender, new());
        var item = new CheckOutKind().Sample;
        using var stop = new CancellationTokenSource();

        var connecting = destination.SendAsync(item, stop.Token);
        var waiting = destination.SendAsync(item, stop.Token);
        using var connection = await silent.AcceptTcpClientAsync(Deadlines.Begin());
        await stop.CancelAsync();

        Assert.Equal(DeliveryEnd.NotBegun, (await connecting).End);
        Assert.Equal(DeliveryEnd.NotBegun, (await waiting).End);
        Assert.Null(sender.Trouble);
    }
}
