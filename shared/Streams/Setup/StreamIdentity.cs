using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using NATS.Client.JetStream;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Setup;

/// <summary>
/// Logs when a stream is created, and warns when it is not the one that this process found before: the messages of that one are not in it.
/// </summary>
internal sealed partial class StreamIdentity(string stream, ILogger logger)
{
    private static readonly Counter<long> Recreated = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.streams.recreated", description: "Streams that were gone and are created again, by any process.");

    // Its time of creation, which a restart of the server and a restored backup keep.
    private long _known;

    /// <param name="isNew">Whether this process has created it.</param>
    public void Saw(INatsJSStream found, bool isNew)
    {
        var now = found.Info.Created.UtcTicks;
        var before = Interlocked.Exchange(ref _known, now);
        var isAnother = before != 0 && before != now;
        if (isAnother)
            WasGone(stream);
        else if (isNew)
            Created(stream);
        Recreated.Add(isAnother ? 1 : 0, new KeyValuePair<string, object?>("stream", stream));
    }

    [LoggerMessage(1206, LogLevel.Information, "Created the stream {Stream}")]
    private partial void Created(string stream);

    [LoggerMessage(1207, LogLevel.Warning,
        "The stream {Stream} was gone and is created again. Records answered 202 that were in the old one are not in it. Bring the old "
        + "store of NATS back if it exists (docs/operations.md, StreamRecreated)")]
    private partial void WasGone(string stream);
}
