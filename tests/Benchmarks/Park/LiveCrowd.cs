using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RideIngest.Benchmarks.Park;

/// <summary>Many live clients, which note when they see a mark in a ride's description.</summary>
internal sealed class LiveCrowd : IAsyncDisposable
{
    private const int AtOnce = 200;

    private static readonly byte[] Before = "mark-"u8.ToArray();
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _reading = [];
    private readonly ConcurrentDictionary<int, long> _committed = new();
    private readonly ConcurrentBag<(int Mark, long At)> _seen = [];
    private int _connected;

    public static async Task<LiveCrowd> ConnectAsync(string url, int clients)
    {
        var crowd = new LiveCrowd();
        var address = new Uri(url);
        for (var i = 0; i < clients; i++)
        {
            crowd._reading.Add(Task.Run(() => crowd.ReadAsync(address)));
            while (i - Volatile.Read(ref crowd._connected) > AtOnce)
                await Task.Delay(5);
        }
        while (Volatile.Read(ref crowd._connected) < clients)
            await Task.Delay(20);
        return crowd;
    }

    /// <summary>Writes a mark.</summary>
    public static string Mark(int number) => string.Create(CultureInfo.InvariantCulture, $"mark-{number:00}");

    /// <summary>Notes that the change with this mark is answered, which follows its commit.</summary>
    public void Committed(int number) => _committed[number] = Stopwatch.GetTimestamp();

    /// <summary>Waits until all have seen all marks, and returns the times, sorted.</summary>
    public async Task<TimeSpan[]> TimesAsync()
    {
        var clock = Stopwatch.StartNew();
        while (_seen.Count < _committed.Count * _reading.Count)
        {
            if (clock.Elapsed > Late)
                throw new InvalidOperationException($"{_seen.Count} of {_committed.Count * _reading.Count} changes were seen.");
            await Task.Delay(50);
        }
        return [.. _seen.Select(seen => Stopwatch.GetElapsedTime(Math.Min(_committed[seen.Mark], seen.At), seen.At)).Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    // A socket, because ten thousand clients of HttpClient would cost more than what is measured.
    private async Task ReadAsync(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, _stop.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /park/live HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"), _stop.Token);
        var buffer = new byte[16 * 1024];
        var isConnected = false;
        var last = -1;
        while (await stream.ReadAsync(buffer, _stop.Token) is > 0 and var count)
        {
            var text = buffer.AsSpan(0, count);
            if (!isConnected)
            {
                if (!text.StartsWith("HTTP/1.1 200"u8))
                    throw new InvalidOperationException(Encoding.ASCII.GetString(text));
                isConnected = true;
                Interlocked.Increment(ref _connected);
            }

            // An event is smaller than what is read at once on loopback.
            if (text.LastIndexOf(Before) is >= 0 and var at && text.Length >= at + Before.Length + 2
                && int.TryParse(text.Slice(at + Before.Length, 2), CultureInfo.InvariantCulture, out var mark) && mark > last)
            {
                _seen.Add((mark, Stopwatch.GetTimestamp()));
                last = mark;
            }
        }
    }
}
