using System.Net;
using System.Net.Sockets;
using System.Text;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.LaborCost;
using RideIngest.CheckIn.Settings;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>Single calls of the legacy API.</summary>
public sealed class LaborCostDestinationTests
{
    [Theory]
    [InlineData(
        "500 Locked\r\nContent-Type: text/plain; charset=utf8\r\nContent-Length: 6\r\n\r\nledger", nameof(DeliveryEnd.Failed),
        "500 Locked: ledger")]
    [InlineData(
        "422 Closed\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Length: 6\r\n\r\nperiod", nameof(DeliveryEnd.Refused),
        "422 Closed: period")]
    [InlineData("500 Locked\r\nContent-Length: 2000000\r\n\r\nledger", nameof(DeliveryEnd.Failed), "500 Locked")]
    [InlineData("200 OK\r\nContent-Length: 2000000\r\n\r\nrecorded", nameof(DeliveryEnd.Done), "")]
    public async Task The_status_decides_even_if_the_body_is_cut_or_its_charset_is_unknown(string answer, string end, string reason)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var destination = Make(new() { Url = $"http://{listener.LocalEndpoint}", Timeout = TimeSpan.FromSeconds(30) });

        var sending = destination.SendAsync(new CheckOutKind().Sample, CancellationToken.None);
        using var connection = await listener.AcceptTcpClientAsync(Deadlines.Begin());
        Assert.NotEqual(0, await connection.GetStream().ReadAsync(new byte[4096]));
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}"));
        connection.Client.Shutdown(SocketShutdown.Send);

        var delivery = await sending;
        Assert.Equal((end, reason), (delivery.End.ToString(), delivery.Answer));
    }

    [Fact]
    public void Only_an_api_in_the_same_process_honours_keys_unless_the_settings_say_so()
    {
        using var own = Make(new(), "/simulators/legacy");
        using var other = Make(new() { Url = "http://127.0.0.1:9" }, "/simulators/legacy");
        using var known = Make(new() { Url = "http://127.0.0.1:9", Idempotent = true });

        Assert.True(own.HonoursKeys);
        Assert.False(other.HonoursKeys);
        Assert.True(known.HonoursKeys);
        Assert.False(Destinations.LaborCost.HonoursKeys(new()));
    }

    private static LaborCostDestination Make(LegacySettings legacy, string? ownPath = null) =>
        new(new() { Legacy = legacy }, CheckInDefaults.Alone with { LegacyPath = ownPath }, server: null!);
}
