using Serilog.Events;

namespace RideIngest.Hosting.Telemetry;

public enum LogFormat { Auto, Text, Json }

public enum LogTarget { Stdout, Stderr }

/// <summary>The section <c>logging</c>.</summary>
public sealed class LoggingSettings
{
    /// <summary>Auto means text on a terminal and JSON lines elsewhere.</summary>
    public LogFormat Format { get; set; } = LogFormat.Auto;

    /// <summary>Use stderr for processes whose standard output carries data.</summary>
    public LogTarget Stream { get; set; } = LogTarget.Stdout;

    public LogEventLevel Level { get; set; } = LogEventLevel.Information;

    /// <summary>Levels by category prefix.</summary>
    public Dictionary<string, LogEventLevel> Levels { get; set; } = new(Quiet);

    /// <summary>Default levels of verbose libraries.</summary>
    internal static Dictionary<string, LogEventLevel> Quiet { get; } = new()
    {
        ["Microsoft"] = LogEventLevel.Warning,

        // It warns at each start that its keys are not encrypted; who can read them in Postgres can read everything there. While Postgres
        // is away, its errors say so once more, with a stack trace.
        ["Microsoft.AspNetCore.DataProtection"] = LogEventLevel.Fatal,
        ["NATS"] = LogEventLevel.Warning,
        ["Npgsql"] = LogEventLevel.Warning,
    };
}
