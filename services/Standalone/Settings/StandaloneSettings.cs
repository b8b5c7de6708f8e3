using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Standalone.Settings;

/// <summary>The section <c>standalone</c>.</summary>
public sealed class StandaloneSettings
{
    /// <summary>Where the private servers keep what they store.</summary>
    [Required, GoodValue(".data")]
    public string Data { get; set; } = ".data";
}
