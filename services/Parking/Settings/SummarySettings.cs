using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Parking.Settings;

/// <summary>The section <c>parking.summary</c>.</summary>
public sealed class SummarySettings
{
    /// <summary>The file that the role summary writes; the default is <see cref="ParkingDefaults.SummaryFile"/>.</summary>
    [GoodValue("/var/lib/rideingest/summary.csv")]
    public string? File { get; set; }

    public SummaryRotation Rotate { get; set; } = SummaryRotation.Never;

    /// <summary>The summary server, called by the role visits; by default this process, if it has the role summary.</summary>
    [Url(ErrorMessage = "It is no URL"), GoodValue("http://summary:8080")]
    public string? Url { get; set; }

    /// <summary>The API key for the summary server.</summary>
    [Secret]
    public string? Key { get; set; }

    /// <summary>The time for one attempt to have visits written.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:08", ErrorMessage = "It must be from 100ms to 8s"), GoodValue("5s")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>When a new summary file begins.</summary>
public enum SummaryRotation
{
    Never,

    /// <summary>With each day in UTC, which is part of the file's name.</summary>
    Day,
}
