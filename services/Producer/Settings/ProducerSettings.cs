using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Producer.Settings;

/// <summary>The section <c>producer</c>.</summary>
public sealed class ProducerSettings
{
    /// <summary>The time for the stream to acknowledge a frame, before it is published again with the same id.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00", ErrorMessage = "It must be from 50ms to 1m"), GoodValue("2s")]
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The number of publish attempts before the stream counts as unavailable.</summary>
    [Range(1, 20, ErrorMessage = "It must be from 1 to 20"), GoodValue("3")]
    public int PublishAttempts { get; set; } = 3;

    /// <summary>Records in flight over all kinds; further senders get 503.</summary>
    [Range(1, 10_000_000, ErrorMessage = "It must be from 1 to 10000000"), GoodValue("50000")]
    public int RecordsInFlight { get; set; } = 50_000;

    /// <summary>The largest record, and so the largest body of a single one; at most a quarter of the server's max_payload.</summary>
    [Range(1024.0, 16 * 1024 * 1024, ErrorMessage = "It must be from 1KB to 16MB"), GoodValue("64KB")]
    public long MaxRecord { get; set; } = 64 * 1024;

    /// <summary>The largest upload; 0 means no limit, because uploads are streamed.</summary>
    [Range(0, long.MaxValue), GoodValue("10GB")]
    public long MaxUpload { get; set; }

    /// <summary>Concurrent uploads; further ones get 503.</summary>
    [Range(1, 10_000, ErrorMessage = "It must be from 1 to 10000"), GoodValue("32")]
    public int Uploads { get; set; } = 32;

    /// <summary>Concurrent frames of one upload.</summary>
    [Range(1, 256, ErrorMessage = "It must be from 1 to 256"), GoodValue("8")]
    public int FramesPerUpload { get; set; } = 8;

    /// <summary>
    /// The memory for answers that uploads hold until they end; 0 means an eighth of the memory available to the process.
    /// </summary>
    [Range(0, long.MaxValue), GoodValue("256MB")]
    public long AnswerMemory { get; set; }

    /// <summary>The longest wait that a sender may request.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "It must be from 1s to 10m"), GoodValue("60s")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(60);
}
