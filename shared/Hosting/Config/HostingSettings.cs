using System.ComponentModel.DataAnnotations;

namespace RideIngest.Hosting.Config;

/// <summary>The section <c>hosting</c>.</summary>
public sealed class HostingSettings
{
    /// <summary>The URLs to listen on, separated by semicolons.</summary>
    [Required, ListenUrls, GoodValue("http://127.0.0.1:8080")]
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>How long requests in flight, and then modules, may take to finish during shutdown.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "It must be from 0s to 1h"), GoodValue("30s")]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to keep serving as not ready before shutdown, so that a load balancer notices.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "It must be from 0s to 10m"), GoodValue("5s")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The default limit for request bodies.</summary>
    [Range(1024, long.MaxValue, ErrorMessage = "It must be at least 1KB"), GoodValue("64MB")]
    public long MaxBody { get; set; } = 64 << 20;

    /// <summary>Concurrent read requests per sender; further requests get 429.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000"), GoodValue("1000")]
    public int Reads { get; set; } = 1000;

    /// <summary>Open live pages per sender; further ones get 429 and retry.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000"), GoodValue("32")]
    public int LivePages { get; set; } = 32;

    /// <summary>The timeout of a readiness check.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "It must be from 10ms to 1m"), GoodValue("2s")]
    public TimeSpan ReadinessTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
