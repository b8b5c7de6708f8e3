using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Simulators.Settings;

/// <summary>The section <c>simulators</c>.</summary>
public sealed class SimulatorsSettings
{
    public SimulatedMailSettings Mail { get; set; } = new();
}

/// <summary>The section <c>simulators.mail</c>.</summary>
public sealed class SimulatedMailSettings
{
    /// <summary>The port; 0 for any that is free.</summary>
    [Range(0, 65535, ErrorMessage = "It must be from 0 to 65535"), GoodValue("2525")]
    public int Port { get; set; }

    /// <summary>Whether other machines can connect.</summary>
    public bool Open { get; set; }
}
