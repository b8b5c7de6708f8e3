using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace RideIngest.Benchmarks.CheckIn;

/// <summary>Taps at a steady rate, whatever the answers take, of one employee after the other.</summary>
internal sealed class TapLoad(string url) : IDisposable
{
    private const int Employees = 20_000;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 128 }) { BaseAddress = new Uri(url) };
    private int _next;

    /// <summary>Returns the times of answers, sorted. Throws if an answer is not 200 or 202.</summary>
    public async Task<TimeSpan[]> RunAsync(int perSecond, TimeSpan time)
    {
        var taps = new List<Task<TimeSpan>>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            while (taps.Count < clock.Elapsed.TotalSeconds * perSecond)
                taps.Add(TapAsync(string.Create(CultureInfo.InvariantCulture, $"LOAD{_next++ % Employees:000000}")));
            await Task.Delay(1);
        }
        var times = await Task.WhenAll(taps);
        Array.Sort(times);
        return times;
    }

    public async Task<TimeSpan> TapAsync(string employee)
    {
        var since = Stopwatch.GetTimestamp();
        using var body = new StringContent($$"""{"employee_id":"{{employee}}"}""", Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri("/api/checkin", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(since);
    }

    public void Dispose() => _http.Dispose();
}
