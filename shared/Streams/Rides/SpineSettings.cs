using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Streams.Rides;

/// <summary>The section <c>ingest</c>: what every producer and consumer of one system must agree on.</summary>
public sealed class SpineSettings
{
    [Required, RegularExpression("[A-Za-z0-9_-]+", ErrorMessage = "A stream's name has letters, digits, _ and - only"), GoodValue("RIDES")]
    public string Stream { get; set; } = RidesStream.Name;

    /// <summary>When the stream is created. When it holds as much, publishes are refused and senders hear 503.</summary>
    [Range(1024 * 1024, long.MaxValue, ErrorMessage = "It must be 1MB or more"), GoodValue("2GB")]
    public long StreamBytes { get; set; } = 2L << 30;

    /// <summary>When the stream is created: on how many servers of a cluster it lives.</summary>
    [Range(1, 5, ErrorMessage = "It must be from 1 to 5"), GoodValue("3")]
    public int Replicas { get; set; } = 1;

    /// <summary>Records in a frame, at most. Each single one has its trace in the headers, of which JetStream takes 64 KB.</summary>
    [Range(1, 1000, ErrorMessage = "It must be from 1 to 1000"), GoodValue("500")]
    public int FrameRecords { get; set; } = 500;

    /// <summary>How long a sender who does not say otherwise waits for the outcome before the answer is 202.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ErrorMessage = "It must be from 0s to 5m"), GoodValue("5s")]
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Where records go while NATS is away.</summary>
    public Fallback Fallback { get; set; } = Fallback.Postgres;
}

public enum Fallback
{
    /// <summary>Straight to Postgres, by the producer itself.</summary>
    Postgres,

    /// <summary>Nowhere: the sender hears 503.</summary>
    None,
}
