using System.Diagnostics;
using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Benchmarks.Nats;

/// <summary>A connection to measure with, and the clock, the allocator and the processor time around it.</summary>
public sealed class Bench(string url, NatsConnection connection) : IAsyncDisposable
{
    public string Url => url;

    public NatsConnection Connection => connection;

    public Reading? Last { get; private set; }

    public static async Task<Bench> StartAsync(string url) => new(url, await ConnectAsync(url));

    public Task<NatsConnection> OpenAsync() => ConnectAsync(url);

    public async Task MeasureAsync(Row row, Func<NatsConnection, Task> pass)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var processor = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        await pass(connection);
        clock.Stop();
        process.Refresh();
        Last = new Reading(
            row.Title,
            row.Messages / clock.Elapsed.TotalSeconds,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)row.Messages,
            (process.TotalProcessorTime - processor).TotalMicroseconds / row.Messages);
    }

    /// <summary>Runs <paramref name="one"/> so many times, from so many tasks that each take the next when theirs is done.</summary>
    public static async Task ShareAsync(int times, int tasks, Func<Task> one)
    {
        var left = times;
        await Task.WhenAll(Enumerable.Range(0, tasks).Select(async _ =>
        {
            await Task.Yield();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await one();
            }
        }));
    }

    /// <summary>Memory storage: the client is measured, not the disk.</summary>
    public async Task<string> StreamAsync()
    {
        var name = $"BENCH{Guid.NewGuid():N}";
        await new NatsJSContext(connection).CreateStreamAsync(new StreamConfig(name, [name]) { Storage = StreamConfigStorage.Memory });
        return name;
    }

    public async Task UntilStoredAsync(NatsJSContext jetStream, string stream, long messages)
    {
        while ((await jetStream.GetStreamAsync(stream)).Info.State.Messages < messages)
        {
            await connection.PingAsync();
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static async Task<NatsConnection> ConnectAsync(string url)
    {
        var connection = new NatsConnection(new NatsOpts { Url = url, SubPendingChannelFullMode = BoundedChannelFullMode.Wait });
        await connection.ConnectAsync();
        return connection;
    }
}
