using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Storage.Failures;

/// <summary>The section <c>failures</c>.</summary>
public sealed class FailureSettings
{
    /// <summary>How long failures are kept.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "It must be from 1m to 365d"), GoodValue("7d")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(7);

    /// <summary>About how many are kept at most; then the oldest are deleted.</summary>
    [Range(100, 1_000_000_000, ErrorMessage = "It must be from 100 to 1000000000"), GoodValue("1000000")]
    public int Most { get; set; } = 1_000_000;
}
