using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Standalone.Settings;

/// <summary>The section <c>standalone</c>.</summary>
public sealed class StandaloneSettings
{
    /// <summary>The folder for the data of private servers.</summary>
    [Required, GoodValue(".data")]
    public string Data { get; set; } = ".data";
}
