using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Producer.Sending;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>A producer that is told to stop answers those who wait, truthfully, and leaves, whatever its servers do.</summary>
public sealed class ProducerStoppingTests
{
    private static readonly TimeSpan Drain = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Outage.None, Outage.None)]
    [InlineData(Outage.Down, Outage.None)]
    [InlineData(Outage.Still, Outage.None)]
    [InlineData(Outage.None, Outage.Still)]
    [InlineData(Outage.Down, Outage.Down)]
    [InlineData(Outage.Still, Outage.Still)]
    public async Task Told_to_stop_in_an_outage_it_answers_and_leaves_within_its_drain(Outage ofNats, Outage ofPostgres)
    {
        await using var system = await RideSystem.StartAsync();
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        await using var postgres = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        var (leaving, client) = await system.HostProducerAsync(
            [.. system.Through(nats, postgres), $"--hosting:drain={Drain.TotalSeconds}s"]);
        var inFlight = leaving.Services.GetRequiredService<RecordsInFlight>();

        nats.Suffer(ofNats);
        postgres.Suffer(ofPostgres);
        using var body = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
        var answer = client.PostAsync("/v1/bookings", body);
        await Eventually.True(() => answer.IsCompleted || inFlight.Records > 0);
        var since = Stopwatch.GetTimestamp();
        await leaving.StopAsync();

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, Drain);
        Assert.Contains((int)(await answer).StatusCode, ofNats != Outage.None && ofPostgres != Outage.None ? (int[])[503, 504] : [201]);
    }

    [Fact]
    public async Task Who_waits_for_longer_than_the_drain_hears_in_good_time_that_the_record_is_accepted()
    {
        await using var system = await RideSystem.StartAsync();
        await using var blocking = await system.Database.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var locking = new NpgsqlCommand("lock table rides.bookings", blocking))
            await locking.ExecuteNonQueryAsync();
        var (leaving, client) = await system.HostProducerAsync("--hosting:drain=2s");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/bookings")
        {
            Content = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Prefer", "wait=60");

        var answer = client.SendAsync(request);
        await Eventually.True(() => leaving.Services.GetRequiredService<RecordsInFlight>().Records == 1);
        await leaving.StopAsync();

        Assert.Equal(HttpStatusCode.Accepted, (await answer).StatusCode);
        await transaction.RollbackAsync();
    }
}
