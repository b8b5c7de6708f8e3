using System.Net;
using System.Net.Sockets;
using System.Text;
using RideIngest.Hosting.Config;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>Producer and consumer as they are deployed: processes of their own over servers that somebody else runs.</summary>
public sealed class ProducerProcessTests
{
    private const int Senders = 32;

    [Fact]
    public async Task A_producer_that_is_asked_to_stop_under_load_answers_every_request_that_it_took()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var consumer = StartedProcess.Service("Consumer", system.Arguments);
        await using var producer = StartedProcess.Service("Producer", system.Arguments);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        await system.AnnouncedAsync();
        await consumer.UrlAsync();
        var kept = 0L;
        var first = Given.NewId();

        var senders = Enumerable.Range(0, Senders).Select(_ => SendAsync()).ToArray();
        await Eventually.True(() => Interlocked.Read(ref kept) > 500);
        producer.Terminate();
        await Task.WhenAll(senders);

        Assert.Equal(0, await producer.ExitAsync());
        Assert.Contains("everything finished", producer.Said, StringComparison.Ordinal);
        Assert.Contains("auth.mode is none: anyone on this machine may read and write", producer.Said, StringComparison.Ordinal);
        await Eventually.True(async () => await system.CountAsync("rides.bookings", $"id > {first}") == Interlocked.Read(ref kept));
        consumer.Terminate();
        Assert.Equal(0, await consumer.ExitAsync());

        // Each goes on until nobody listens any more.
        async Task SendAsync()
        {
            while (true)
            {
                try
                {
                    using var body = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
                    using var answer = await client.PostAsync("/v1/bookings", body);

                    // Accepted is kept too: so a consumer that a busy machine silences for a while is answered for.
                    Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted, $"{answer.StatusCode}");
                    Interlocked.Increment(ref kept);
                }
                catch (HttpRequestException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
                {
                    return;
                }
                catch (HttpRequestException)
                {
                    // It crossed with the closing of an idle connection; the count of rows tells whether the producer had taken it after
                    // all.
                }
            }
        }
    }

    [Fact]
    public async Task A_producer_without_NATS_says_what_to_check_and_not_each_of_its_attempts()
    {
        const string Nobody = "nats://127.0.0.1:1";

        await using var producer = StartedProcess.Service(
            "Producer", "--urls", "http://127.0.0.1:0", $"--nats:url={Nobody}",
            $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        await producer.SaysAsync(
            line => line.Contains($"No NATS server answers at {Nobody}. Check that server and its disk", StringComparison.Ordinal));
        producer.Terminate();
        await producer.ExitAsync();

        Assert.DoesNotContain("Could not connect", producer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_in_a_URL_is_in_no_line_of_the_log()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var producer = StartedProcess.Service(
            "Producer", "--urls", "http://127.0.0.1:0", "--logging:level=verbose", "--logging:levels:NATS=verbose",
            $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        await producer.SaysAsync(line => line.Contains("Connected to NATS", StringComparison.Ordinal));
        await nats.StopAsync();
        await nats.RestartAsync();
        await producer.SaysAsync(line => line.Contains("Connected to NATS", StringComparison.Ordinal), times: 2);
        producer.Terminate();
        await producer.ExitAsync();

        Assert.DoesNotContain(nats.Password!, producer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_producer_that_has_lost_NATS_says_when_it_has_it_again()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var producer = StartedProcess.Service(
            "Producer", "--urls", "http://127.0.0.1:0", $"--nats:url={nats.Url}",
            $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        await producer.SaysAsync(Connected);

        await nats.StopAsync();
        await nats.RestartAsync();
        await producer.SaysAsync(Connected, times: 2);

        bool Connected(string line) =>
            line.Contains($"Connected to NATS {nats.Version} at {Redaction.Url(nats.Url)}", StringComparison.Ordinal);
    }
}
