using Serilog.Events;

namespace RideIngest.Hosting.Telemetry;

public enum LogFormat { Auto, Text, Json }

public enum LogTarget { Stdout, Stderr }

/// <summary>The section <c>logging</c>.</summary>
public sealed class LoggingSettings
{
    /// <summary>Auto: text on a terminal, JSON lines anywhere else.</summary>
    public LogFormat Format { get; set; } = LogFormat.Auto;

    /// <summary>Stderr is for processes whose standard output belongs to what they produce.</summary>
    public LogTarget Stream { get; set; } = LogTarget.Stdout;

    public LogEventLevel Level { get; set; } = LogEventLevel.Information;

    /// <summary>Levels of categories that differ, by the beginning of the category's name.</summary>
    public Dictionary<string, LogEventLevel> Levels { get; set; } = new(Quiet);

    /// <summary>Libraries that tell more than an operator wants to know.</summary>
    internal static Dictionary<string, LogEventLevel> Quiet { get; } = new()
    {
        ["Microsoft"] = LogEventLevel.Warning,
        ["NATS"] = LogEventLevel.Warning,
        ["Npgsql"] = LogEventLevel.Warning,
    };
}
