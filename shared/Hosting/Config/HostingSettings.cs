using System.ComponentModel.DataAnnotations;

namespace RideIngest.Hosting.Config;

/// <summary>The section <c>hosting</c>.</summary>
public sealed class HostingSettings
{
    /// <summary>Where to listen; several are joined by semicolons.</summary>
    [Required, ListenUrls, GoodValue("http://127.0.0.1:8080")]
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>How long requests in flight, and then the modules, may take to finish once a stop was asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "It must be from 0s to 1h"), GoodValue("30s")]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to go on serving, not ready already, before that: the time a balancer needs to notice.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "It must be from 0s to 10m"), GoodValue("5s")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The largest request body, where an endpoint says nothing else.</summary>
    [Range(1024, long.MaxValue, ErrorMessage = "It must be at least 1KB"), GoodValue("64MB")]
    public long MaxBody { get; set; } = 64 << 20;

    /// <summary>Requests of one sender that read what is stored and are answered at once. Beyond it senders hear 429.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000"), GoodValue("1000")]
    public int Reads { get; set; } = 1000;

    /// <summary>Live pages that one sender may have open. Beyond it they hear 429, and try again.</summary>
    [Range(1, 100_000, ErrorMessage = "It must be from 1 to 100000"), GoodValue("32")]
    public int LivePages { get; set; } = 32;

    /// <summary>How long a readiness check may take before it counts as missing.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ErrorMessage = "It must be from 10ms to 1m"), GoodValue("2s")]
    public TimeSpan ReadinessTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
