using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Consumer.Settings;

/// <summary>The section <c>consumer</c>.</summary>
public sealed class ConsumerSettings
{
    /// <summary>Waiting frames are stored together up to this many records; a frame is never split.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000"), GoodValue("2000")]
    public int BatchRecords { get; set; } = 2000;

    /// <summary>Batches stored at the same time, each over its own connection.</summary>
    [Range(1, 16, ErrorMessage = "It must be from 1 to 16"), GoodValue("2")]
    public int ParallelBatches { get; set; } = 2;

    /// <summary>Bytes of frames to ask for at a time, while earlier ones are being stored. Must exceed the server's max_payload.</summary>
    [Range(64.0 * 1024, 1 << 30, ErrorMessage = "It must be from 64KB to 1GB"), GoodValue("4MB")]
    public long PullBytes { get; set; } = 4 << 20;

    /// <summary>
    /// After Postgres has been unavailable for this long, frames in hand are returned for consumers that may still reach it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "It must be from 0s to 24h"), GoodValue("15s")]
    public TimeSpan HandBack { get; set; } = TimeSpan.FromSeconds(15);
}
