using System.Diagnostics.Metrics;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Measures again what .NET and Npgsql measure with a kind or a unit that would change a name at <c>/metrics</c>.
/// </summary>
internal static class RenamedMetrics
{
    // .NET publishes these two levels as counters.
    private static readonly ObservableUpDownCounter<long> QueueLength = RideIngestTelemetry.Meter.CreateObservableUpDownCounter(
        "dotnet.thread_pool.queue.length", () => ThreadPool.PendingWorkItemCount, "{work_item}",
        "The number of work items that are currently queued to be processed by the thread pool.");

    private static readonly ObservableUpDownCounter<int> Threads = RideIngestTelemetry.Meter.CreateObservableUpDownCounter(
        "dotnet.thread_pool.thread", () => ThreadPool.ThreadCount, "{thread}", "The number of thread pool threads that currently exist.");

    // To these the exporter would add their unit: bytes_read_bytes.
    private static readonly Counter<long> BytesRead = RideIngestTelemetry.Meter.CreateCounter<long>(
        "db.client.operation.npgsql.bytes_read", description: "The number of bytes read.");

    private static readonly Counter<long> BytesWritten = RideIngestTelemetry.Meter.CreateCounter<long>(
        "db.client.operation.npgsql.bytes_written", description: "The number of bytes written.");

    private static readonly MeterListener Npgsql = Forwarding();

    /// <summary>Begins to measure, once in a process; before the SDK looks at which instruments there are.</summary>
    public static void Start() => Npgsql.Start();

    /// <summary>Whether an instrument is measured here instead.</summary>
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
