using System.Globalization;
using System.Text.RegularExpressions;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.Streams.Setup;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>What operators and producers see of a consumer.</summary>
public sealed partial class ConsumerObservationTests
{
    [Fact]
    public async Task It_announces_every_second_that_it_can_store_and_once_that_it_has_left()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var host = await rig.RunAsync();

        var first = await rig.HearAsync(heard => heard.CanStore);
        var second = await rig.HearAsync(heard => heard.At > first.At);
        var third = await rig.HearAsync(heard => heard.At > second.At);
        var left = rig.HearAsync(heard => heard.Reason == "It has left.");
        await host.StopAsync();

        // After one that is late the next is early.
        Assert.True(third.At - first.At > TimeSpan.FromSeconds(1));
        Assert.False((await left).CanStore);
    }

    [Fact]
    public async Task An_idle_consumer_says_so_when_Postgres_goes_away()
    {
        await using var postgres = await TestPostgres.PrivateAsync();
        await using var rig = await ConsumerRig.StartAsync(postgres);
        await rig.HearAsync(heard => heard.CanStore);

        await postgres.StopAsync();
        var away = await rig.HearAsync(heard => !heard.CanStore);
        await postgres.RestartAsync();
        await rig.HearAsync(heard => heard.CanStore);

        Assert.NotNull(away.Reason);
    }

    [Fact]
    public async Task Its_metrics_count_records_by_kind_and_outcome_and_it_is_ready()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var host = await rig.RunAsync();
        using var client = host.Client();
        await rig.SendAsync(ConsumerRig.Line(1) + "{}\n");
        await rig.HearAsync(heard => heard.CanStore);

        // The backlog is read once a second.
        var metrics = "";
        await Eventually.True(async () =>
            (metrics = await client.GetStringAsync("/metrics")).Contains("rideingest_stream_backlog", StringComparison.Ordinal));

        Assert.Contains("rideingest_consumer_records_total{kind=\"bookings\",outcome=\"stored\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("rideingest_consumer_records_total{kind=\"bookings\",outcome=\"invalid\"}", metrics, StringComparison.Ordinal);
        foreach (var name in (string[])["consumer_store_duration_seconds_bucket", "consumer_reply_latency_seconds_bucket", "consumer_frame_records_bucket",
            "consumer_dead_letters_total", "stream_backlog", "stream_pending_acks", "stream_oldest_age_seconds", "consumer_can_store"])
            Assert.Contains($"rideingest_{name}", metrics, StringComparison.Ordinal);
        Assert.True((await client.GetAsync("/readyz")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Dead_letters_have_the_same_kind_and_code_in_the_metric_as_in_the_table()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await rig.Js.CreateStreamAsync(EnsuredStream.WorkQueue(RidesStream.Name, [RidesStream.Subject(">")], "", 1 << 30, 1));
        var host = await rig.RunAsync();
        using var client = host.Client();
        var before = await CountedAsync();
        foreach (var (payload, kind) in ((string, string)[])[("no JSON", "bookings"), ("", "rides"), ("{}", "pigeons"), ("{}", "bookings")])
            await rig.SendAsync(payload, kind);

        var kept = await rig.Database.ScalarAsync<string>(
            "select string_agg(kind || ' ' || code, ', ' order by kind, code) from ops.dead_letters");
        Assert.Equal("bookings invalid, bookings undecodable, rides empty, unknown unknown_kind", kept);

        // Other tests in this process keep letters too.
        await Eventually.True(async () =>
        {
            var counted = await CountedAsync();
            return kept.Split(", ").All(letter => counted.GetValueOrDefault(letter) > before.GetValueOrDefault(letter));
        });

        async Task<Dictionary<string, int>> CountedAsync() => Metric().Matches(await client.GetStringAsync("/metrics")).ToDictionary(
            metric => $"{Kind().Match(metric.Value).Groups[1].Value} {Code().Match(metric.Value).Groups[1].Value}",
            metric => int.Parse(metric.Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("^rideingest_consumer_dead_letters_total{.*} ([0-9]+)", RegexOptions.Multiline)]
    private static partial Regex Metric();

    [GeneratedRegex("[{,]kind=\"([^\"]*)\"")]
    private static partial Regex Kind();

    [GeneratedRegex("[{,]code=\"([^\"]*)\"")]
    private static partial Regex Code();
}
