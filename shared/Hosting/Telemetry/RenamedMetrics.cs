using System.Diagnostics.Metrics;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Re-publishes .NET and Npgsql instruments whose type or unit would change their name at <c>/metrics</c>.</summary>
internal static class RenamedMetrics
{
    // .NET publishes these levels as counters.
    private static readonly ObservableUpDownCounter<long> QueueLength = RideIngestTelemetry.Meter.CreateObservableUpDownCounter(
        "dotnet.thread_pool.queue.length", () => ThreadPool.PendingWorkItemCount, "{work_item}",
        "The number of work items that are currently queued to be processed by the thread pool.");

    private static readonly ObservableUpDownCounter<int> Threads = RideIngestTelemetry.Meter.CreateObservableUpDownCounter(
        "dotnet.thread_pool.thread", () => ThreadPool.ThreadCount, "{thread}", "The number of thread pool threads that currently exist.");

    // The exporter would append the unit: bytes_read_bytes.
    private static readonly Counter<long> BytesRead = RideIngestTelemetry.Meter.CreateCounter<long>(
        "db.client.operation.npgsql.bytes_read", description: "The number of bytes read.");

    private static readonly Counter<long> BytesWritten = RideIngestTelemetry.Meter.CreateCounter<long>(
        "db.client.operation.npgsql.bytes_written", description: "The number of bytes written.");

    private static readonly MeterListener Npgsql = Forwarding();

    /// <summary>Starts measuring, once per process. Must run before the SDK enumerates instruments.</summary>
    public static void Start() => Npgsql.Start();

    /// <summary>Whether this class replaces the instrument.</summary>
    public static bool Replace(Instrument instrument) => (instrument.Meter.Name, instrument.Name) is
        ("System.Runtime", "dotnet.thread_pool.queue.length" or "dotnet.thread_pool.thread.count") || Counter(instrument) is not null;

    private static Counter<long>? Counter(Instrument instrument) => (instrument.Meter.Name, instrument.Name) switch
    {
        ("Npgsql", "db.client.operation.npgsql.bytes_read") => BytesRead,
        ("Npgsql", "db.client.operation.npgsql.bytes_written") => BytesWritten,
        _ => null,
    };

    private static MeterListener Forwarding()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (Counter(instrument) is { } counter)
                    listener.EnableMeasurementEvents(instrument, counter);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, bytes, tags, counter) => ((Counter<long>)counter!).Add(bytes, tags));
        return listener;
    }
}
