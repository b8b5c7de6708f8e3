using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Simulators.Settings;

/// <summary>The section <c>simulators</c>.</summary>
public sealed class SimulatorsSettings
{
    public SimulatedMailSettings Mail { get; set; } = new();

    public SimulatedParkSettings Park { get; set; } = new();
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

/// <summary>The section <c>simulators.park</c>: visitors of the park, and controllers of rides.</summary>
public sealed class SimulatedParkSettings
{
    /// <summary>The park's URL; by default this process.</summary>
    [Url(ErrorMessage = "It is no URL"), GoodValue("http://127.0.0.1:8086")]
    public string? Url { get; set; }

    /// <summary>A key with the scopes park:write and read, if keys are required.</summary>
    [Secret]
    public string? Key { get; set; }

    /// <summary>The visitors who come per second; 0 for none.</summary>
    [Range(0.0, 1000.0, ErrorMessage = "It must be from 0 to 1000"), GoodValue("1")]
    public double Rate { get; set; }

    /// <summary>How many times as many come in a peak: one minute in ten.</summary>
    [Range(1.0, 1000.0, ErrorMessage = "It must be from 1 to 1000"), GoodValue("100")]
    public double Peak { get; set; } = 100;

    /// <summary>Of the random choices.</summary>
    public int Seed { get; set; } = 1;
}
