using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace RideIngest.Benchmarks.Casino;

/// <summary>
/// Events a second through all five roles, at the rate that is promised and at the most there is; what an event costs in processor time,
/// which a busy machine does not change as it does a rate; and how long after its POST an event stands in /materialized.
/// </summary>
public static class CasinoBenchmark
{
    private const int Promised = 20_000;
    private const int LatencyRate = 1000;

    public static async Task<int> RunAsync(string[] args)
    {
        var length = TimeSpan.FromSeconds(args is [var seconds] ? double.Parse(seconds, CultureInfo.InvariantCulture) : 20);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Environment.ProcessorCount} cores, .NET {Environment.Version}; {length.TotalSeconds} s each, after a warm-up of 5 s.\n"));
        Console.WriteLine(
            "| generator, events/s | counted, events/s | casino, µs/event | NATS, µs/event | Postgres, µs/event | casino, MB |");
        Console.WriteLine("| ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var rate in (int[])[Promised, 100_000])
            await ThroughputAsync(rate, length);
        Console.WriteLine();
        await LatencyAsync(length);
        return 0;
    }

    private static async Task ThroughputAsync(int rate, TimeSpan length)
    {
        await using var casino = await CasinoUnderTest.StartAsync(rate);
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (clock, counted, before) = (Stopwatch.StartNew(), await casino.CountedAsync(), casino.Processor());
        await Task.Delay(length);
        var (took, events, after) = (clock.Elapsed, await casino.CountedAsync() - counted, casino.Processor());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {rate:N0} | {events / took.TotalSeconds:N0} | {Cost(before.Casino, after.Casino):N1} | {Cost(before.Nats, after.Nats):N1} | {Cost(before.Postgres, after.Postgres):N1} | {casino.Memory() >> 20} |"));

        double Cost(TimeSpan from, TimeSpan to) => (to - from).TotalMicroseconds / events;
    }

    /// <summary>
    /// Posts lone events on time, whatever the answers, and asks for the total all the while: the n-th event is there when the total is n.
    /// </summary>
    private static async Task LatencyAsync(TimeSpan length)
    {
        await using var casino = await CasinoUnderTest.StartAsync(rate: 0);
        await SendAsync(casino, TimeSpan.FromSeconds(5), 0, []);
        while (await casino.CountedAsync() < 5 * LatencyRate)
            await Task.Delay(10);

        var first = 5L * LatencyRate;
        var sent = new List<long>();
        var latencies = new List<double>();
        var sending = SendAsync(casino, length, first, sent);
        var last = (long)(length.TotalSeconds * LatencyRate);
        while (latencies.Count < last)
        {
            if (sending.IsFaulted)
                await sending;
            var there = await casino.CountedAsync() - first;
            var now = Stopwatch.GetTimestamp();
            for (var n = latencies.Count; n < there; n++)
                latencies.Add(Stopwatch.GetElapsedTime(sent[n], now).TotalMilliseconds);
            await Task.Delay(1);
        }
        await sending;
        latencies.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"From POST to /materialized at {LatencyRate:N0} events/s, each a POST of its own: p50 {At(0.5):N1} ms, p99 {At(0.99):N1} ms, most {latencies[^1]:N1} ms."));

        double At(double share) => latencies[(int)(latencies.Count * share)];
    }

    private static async Task SendAsync(CasinoUnderTest casino, TimeSpan length, long first, List<long> sent)
    {
        var since = Stopwatch.GetTimestamp();
        var count = (long)(length.TotalSeconds * LatencyRate);
        var posting = new List<Task>();
        for (var n = 0L; n < count; n++)
        {
            while (Stopwatch.GetElapsedTime(since).TotalSeconds * LatencyRate < n)
                await Task.Delay(1);
            lock (sent)
                sent.Add(Stopwatch.GetTimestamp());
            posting.Add(PostAsync(casino, first + n + 1));
            posting.RemoveAll(post => post.IsCompletedSuccessfully);
            if (posting.Find(post => post.IsFaulted) is { } failed)
                await failed;
        }
        await Task.WhenAll(posting);
    }

    private static async Task PostAsync(CasinoUnderTest casino, long id)
    {
        var bet = string.Create(CultureInfo.InvariantCulture,
            $$"""{"id":{{id}},"player_id":{{10 + (id % 10)}},"game_id":101,"type":"bet","amount":500,"currency":"{{(id % 2 == 0 ? "USD" : "EUR")}}","has_won":false,"created_at":"2022-02-02T23:45:00Z"}""");
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(bet));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await casino.Client.PostAsync(new Uri("/casino/events", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }
}
