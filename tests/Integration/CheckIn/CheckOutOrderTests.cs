using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using NATS.Client.Core;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>The order of check-outs in the stream.</summary>
public sealed class CheckOutOrderTests
{
    private const int Employees = 20;
    private const int Stays = 10;

    [Fact]
    public async Task An_employees_check_outs_are_in_the_stream_in_the_order_of_taps_also_after_an_outage()
    {
        await using var checkIn = await CheckInRig.StartAsync("--checkin:duplicate_window=0s");
        await using var nats = NatsClients.To(checkIn.System.Nats.Url);
        var published = new ConcurrentQueue<(string Employee, DateTimeOffset At)>();
        using var stop = new CancellationTokenSource();
        var listening = ListenAsync(nats, published, stop.Token);
        await nats.PingAsync();

        var working = Task.WhenAll(Enumerable.Range(100, Employees).Select(async number =>
        {
            for (var tap = 0; tap < 2 * Stays; tap++)
                await checkIn.TappedAsync($"EMP{number}");
        }));
        await checkIn.System.Nats.KillAsync();
        await working;
        await checkIn.System.Nats.RestartAsync();

        await checkIn.SettledAsync();
        await Eventually.True(() => published.Distinct().Count() >= Employees);
        await stop.CancelAsync();
        await listening;

        // After the crash, some are published again.
        Assert.All(published.Distinct().GroupBy(item => item.Employee), of => Assert.Equal(of.OrderBy(item => item.At), of));
        Assert.Equal(Employees * Stays, checkIn.Legacy.Effects().Count);
    }

    private static async Task ListenAsync(
        NatsConnection nats, ConcurrentQueue<(string, DateTimeOffset)> published, CancellationToken stop)
    {
        try
        {
            await foreach (var message in nats.SubscribeAsync<string>("checkin.checkouts", cancellationToken: stop))
            {
                foreach (var line in message.Data!.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                {
                    var json = JsonNode.Parse(line)!;
                    var at = DateTimeOffset.Parse((string)json["checked_out_at"]!, CultureInfo.InvariantCulture);
                    published.Enqueue(((string)json["employee_id"]!, at));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }
}
