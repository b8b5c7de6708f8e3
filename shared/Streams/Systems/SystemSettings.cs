using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Streams.Systems;

/// <summary>The settings of every system's stream.</summary>
public abstract class SystemSettings
{
    protected SystemSettings(string stream) => Stream = stream;

    [Required, RegularExpression("[A-Za-z0-9_-]+", ErrorMessage = "A stream's name has letters, digits, _ and - only"), GoodValue("EVENTS")]
    public string Stream { get; set; }

    /// <summary>The stream's maximum size when it is created. New events enter while it holds less than a quarter of that.</summary>
    [Range(16 * 1024 * 1024, long.MaxValue, ErrorMessage = "It must be 16MB or more"), GoodValue("1GB")]
    public long StreamBytes { get; set; } = 1L << 30;

    /// <summary>The stream's number of replicas when it is created.</summary>
    [Range(1, 5, ErrorMessage = "It must be from 1 to 5"), GoodValue("3")]
    public int Replicas { get; set; } = 1;
}
