using System.Diagnostics;
using System.Globalization;

namespace RideIngest.Benchmarks.Park;

/// <summary>Commands and reads at steady rates, whatever the answers take. An answer that is an error throws.</summary>
internal sealed class ParkLoad(string url) : IDisposable
{
    private const int Rides = 20;
    private const int Customers = 40_000;
    private const int FirstCustomer = 1001;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = new(url) };
    private long _next;

    /// <summary>Returns the times of answers, sorted.</summary>
    public async Task<(TimeSpan[] Commands, TimeSpan[] Reads)> RunAsync(int commands, int reads, TimeSpan time)
    {
        var (commanded, read) = (new List<Task<TimeSpan>>(), new List<Task<TimeSpan>>());
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            while (commanded.Count < clock.Elapsed.TotalSeconds * commands)
                commanded.Add(SendAsync(Next()));
            while (read.Count < clock.Elapsed.TotalSeconds * reads)
                read.Add(SendAsync(new(HttpMethod.Get, "/park/rides")));
            await Task.Delay(1);
        }
        return (Sorted(await Task.WhenAll(commanded)), Sorted(await Task.WhenAll(read)));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>All customers join, one after the other; then all leave, and so on.</summary>
    private HttpRequestMessage Next()
    {
        var number = _next++;
        var customer = number % Customers;
        return new(
            number / Customers % 2 == 0 ? HttpMethod.Put : HttpMethod.Delete,
            string.Create(CultureInfo.InvariantCulture, $"/park/rides/{customer % Rides + 1}/queue/{customer + FirstCustomer}"));
    }

    private async Task<TimeSpan> SendAsync(HttpRequestMessage request)
    {
        var since = Stopwatch.GetTimestamp();
        using (request)
        {
            using var answer = await _http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
        return Stopwatch.GetElapsedTime(since);
    }

    private static TimeSpan[] Sorted(TimeSpan[] times)
    {
        Array.Sort(times);
        return times;
    }
}
