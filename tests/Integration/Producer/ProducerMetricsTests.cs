using System.Globalization;
using System.Text.RegularExpressions;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>The metrics of producer and consumer, each in a process of its own, so that what they count is known.</summary>
public sealed partial class ProducerMetricsTests
{
    [Fact]
    public async Task What_was_sent_is_what_the_metrics_say_and_each_of_them_is_documented()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var consumer = StartedProcess.Service("Consumer", system.Arguments);
        await using var producer = StartedProcess.Service("Producer", system.Arguments);
        using var stores = new HttpClient { BaseAddress = await consumer.UrlAsync() };
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        await RideSystem.WholeAsync(stores);
        await system.AnnouncedAsync();
        var (atStart, ofStore) = (await client.GetStringAsync("/metrics"), await stores.GetStringAsync("/metrics"));
        Assert.Equal(0, Value(atStart, "rideingest_producer_stored_directly_total{kind=\"bookings\"}"));
        Assert.Equal(0, Value(atStart, "rideingest_producer_refused_total{problem=\"stream-full\"}"));
        Assert.Equal(0, Value(ofStore, "rideingest_consumer_dead_letters_total{code=\"invalid\",kind=\"bookings\"}"));
        Assert.Equal(0, Value(ofStore, "rideingest_consumer_store_failures_total"));
        var id = Given.NewId();
        foreach (var (body, status) in ((string, int)[])[
            (Given.Booking(id), 201), (Given.Booking(id), 200), (Given.Booking(id, user: 1), 409), ("{}", 422),
        ])
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            Assert.Equal(status, (int)(await client.PostAsync("/v1/bookings", content)).StatusCode);
        }

        // An answer is heard before its sender is counted as gone, and the gauges of a consumer are from once a second.
        var (produced, consumed) = ("", "");
        await Eventually.True(async () =>
        {
            produced = await client.GetStringAsync("/metrics");
            return Value(produced, "rideingest_producer_records_in_flight") == 0 && Value(produced, "rideingest_producer_pending_replies") == 0;
        });
        await Eventually.True(async () => Value(consumed = await stores.GetStringAsync("/metrics"), "rideingest_consumer_can_store") == 1);
        Assert.Equal(
            (1, 1, 1, 1),
            (Records(produced, "producer", "stored"), Records(produced, "producer", "duplicate"), Records(produced, "producer", "conflict"), Records(produced, "producer", "invalid")));
        Assert.Equal(4, Value(produced, "rideingest_producer_answer_duration_seconds_count{kind=\"bookings\"}"));
        Assert.Equal(3, Value(produced, "rideingest_producer_frame_records_count{kind=\"bookings\"}"));
        Assert.Equal(
            (1, 1, 1), (
                Records(consumed, "consumer", "stored"), Records(consumed, "consumer", "duplicate"),
                Records(consumed, "consumer", "conflict")));
        Assert.Equal(3, Value(consumed, "rideingest_consumer_reply_latency_seconds_count{kind=\"bookings\"}"));
        Assert.Equal(3, Value(consumed, "rideingest_consumer_frame_records_count{kind=\"bookings\"}"));
        Assert.True(Value(consumed, "rideingest_consumer_store_duration_seconds_count{kind=\"bookings\"}") is >= 1 and <= 3);

        var documented = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "metrics.md"));
        foreach (var name in Named().Matches(produced + consumed).Select(match => match.Groups[1].Value).Distinct())
        {
            Assert.Contains($"| `{name}` |", documented, StringComparison.Ordinal);
            Assert.Matches($"# HELP {name} [^\n]{{5,}}", produced + consumed);
        }
    }

    [Fact]
    public async Task An_upload_of_which_nothing_is_kept_counts_as_refused()
    {
        await using var producer = StartedProcess.Service(
            "Producer", "--urls", "http://127.0.0.1:0", "--nats:url=nats://127.0.0.1:1",
            "--postgres:url=postgres://nobody@127.0.0.1:1/none");
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        using var upload = new StringContent(Given.Booking(Given.NewId()), System.Text.Encoding.UTF8, "application/x-ndjson");

        Assert.Equal(503, (int)(await client.PostAsync("/v1/bookings/batch", upload)).StatusCode);

        Assert.Equal(1, Value(await client.GetStringAsync("/metrics"), "rideingest_producer_refused_total{problem=\"unavailable\"}"));
    }

    [Theory]
    [InlineData(Outage.Down)]
    [InlineData(Outage.Still)]
    public async Task A_process_reports_whether_NATS_answers(Outage outage)
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        await using var producer = StartedProcess.Service("Producer", [.. system.Arguments, $"--nats:url={system.Nats.UrlAt(nats.Port)}"]);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };

        await IsAsync(1);
        nats.Suffer(outage);
        await IsAsync(0);
        nats.Recover();
        await IsAsync(1);

        Task IsAsync(int connected) => Eventually.True(
            async () => Value(await client.GetStringAsync("/metrics"), "rideingest_nats_connected") == connected);
    }

    [Fact]
    public async Task A_consumer_reports_the_open_dead_letters_of_each_system()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        var store = new DeadLetterStore(system.Database);
        await store.AddAsync([DeadLetters.Letter("1"), DeadLetters.Letter("2"), DeadLetters.Letter() with { System = "casino" }]);
        await using var consumer = StartedProcess.Service("Consumer", system.Arguments);
        using var stores = new HttpClient { BaseAddress = await consumer.UrlAsync() };

        await Eventually.True(async () => await stores.GetStringAsync("/metrics") is var metrics
            && Value(metrics, "rideingest_dead_letters_open{system=\"rides\"}") == 2
            && Value(metrics, "rideingest_dead_letters_open{system=\"casino\"}") == 1);
    }

    [Fact]
    public async Task A_stream_that_nobody_drains_shows_as_backlog_pending_acks_and_the_age_of_the_oldest()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var consumer = StartedProcess.Service("Consumer", system.Arguments);
        using var stores = new HttpClient { BaseAddress = await consumer.UrlAsync() };
        await Eventually.True(async () => (await stores.GetAsync("/readyz")).IsSuccessStatusCode);
        await using var blocking = await system.Database.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var locking = new Npgsql.NpgsqlCommand("lock table rides.bookings", blocking))
            await locking.ExecuteNonQueryAsync();

        for (var i = 0; i < 3; i++)
            Assert.Equal(
                202, (await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"))).Status);

        await Eventually.True(async () => await stores.GetStringAsync("/metrics") is var metrics
            && Value(metrics, "rideingest_stream_backlog") == 3
            && Value(metrics, "rideingest_stream_pending_acks") == 3
            && Value(metrics, "rideingest_stream_oldest_age_seconds") is > 1 and < 60);
        await transaction.RollbackAsync();
        await Eventually.True(async () => await stores.GetStringAsync("/metrics") is var metrics
            && Value(metrics, "rideingest_stream_backlog") == 0
            && Value(metrics, "rideingest_stream_oldest_age_seconds") == 0
            && Records(metrics, "consumer", "stored") == 3);
    }

    private static double Records(string metrics, string service, string outcome) =>
        Value(metrics, $"rideingest_{service}_records_total{{kind=\"bookings\",outcome=\"{outcome}\"}}");

    private static double Value(string metrics, string series) =>
        metrics.Split('\n').FirstOrDefault(line => line.Replace("{} ", " ", StringComparison.Ordinal).StartsWith(series
            + " ", StringComparison.Ordinal)) is { } found
            ? double.Parse(found[(found.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture) : -1;

    [GeneratedRegex("^# TYPE (rideingest_(?:producer|consumer|stream|nats)_[a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex Named();
}
