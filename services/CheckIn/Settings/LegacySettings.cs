using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.CheckIn.Settings;

/// <summary>The section <c>checkin.legacy</c>: the API that records labour costs.</summary>
public sealed class LegacySettings
{
    /// <summary>Its base URL. A process that runs no such API itself needs it for the role labor-cost.</summary>
    [Url(ErrorMessage = "It is no URL"), GoodValue("http://legacy.example.com")]
    public string? Url { get; set; }

    /// <summary>The key that it wants, if any.</summary>
    [Secret]
    public string? Key { get; set; }

    /// <summary>
    /// Whether it honours <c>Idempotency-Key</c>: then a call whose answer was lost is retried, and otherwise becomes a dead letter. The
    /// default is true for an API in this process, and false for others.
    /// </summary>
    public bool? Idempotent { get; set; }

    /// <summary>Whether the settings say that it does.</summary>
    public bool HonoursKeys => Idempotent ?? false;

    /// <summary>The most calls per second of all processes together.</summary>
    [Range(0.01, 100_000.0, ErrorMessage = "It must be from 0.01 to 100000"), GoodValue("50")]
    public double Rate { get; set; } = 50;

    /// <summary>The time for one call.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:30", ErrorMessage = "It must be from 100ms to 30s"), GoodValue("5s")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
