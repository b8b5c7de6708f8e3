using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Streams.Rides;

/// <summary>The section <c>ingest</c>: settings that all producers and consumers of one system must share.</summary>
public sealed class SpineSettings
{
    /// <summary>The largest <see cref="FrameRecords"/> that a producer accepts.</summary>
    public const int MostFrameRecords = 1000;

    /// <summary>
    /// The most lines in a frame that a consumer decodes. Ten times a producer's largest frame, as room for its padding and for other
    /// publishers.
    /// </summary>
    public const int MostFrameLines = 10 * MostFrameRecords;

    [Required, RegularExpression("[A-Za-z0-9_-]+", ErrorMessage = "A stream's name has letters, digits, _ and - only"), GoodValue("RIDES")]
    public string Stream { get; set; } = RidesStream.Name;

    /// <summary>The stream's maximum size when it is created. When it is full, publishes are refused and senders get 503.</summary>
    [Range(1024 * 1024, long.MaxValue, ErrorMessage = "It must be 1MB or more"), GoodValue("2GB")]
    public long StreamBytes { get; set; } = 2L << 30;

    /// <summary>The stream's number of replicas when it is created.</summary>
    [Range(1, 5, ErrorMessage = "It must be from 1 to 5"), GoodValue("3")]
    public int Replicas { get; set; } = 1;

    /// <summary>
    /// The maximum number of records in a frame. A record sent on its own has its trace in the headers, which JetStream limits to 64 KB.
    /// </summary>
    [Range(1, MostFrameRecords, ErrorMessage = "It must be from 1 to 1000"), GoodValue("500")]
    public int FrameRecords { get; set; } = 500;

    /// <summary>How long senders wait for the outcome by default before the answer is 202.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ErrorMessage = "It must be from 0s to 5m"), GoodValue("5s")]
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The fallback for records while NATS is unavailable.</summary>
    public Fallback Fallback { get; set; } = Fallback.Postgres;
}

public enum Fallback
{
    /// <summary>The producer stores them directly in Postgres.</summary>
    Postgres,

    /// <summary>No fallback: senders get 503.</summary>
    None,
}
