using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Extensions.Logging;
using Serilog.Formatting;

namespace RideIngest.Platform.Telemetry;

/// <summary>Serilog behind Microsoft's ILogger: lines for people on a terminal, JSON lines for machines.</summary>
internal static class Logging
{
    public static void AddTo(ILoggingBuilder logging, LoggingSettings settings)
    {
        // Serilog decides the levels; Microsoft's own filter lets everything through to it.
        logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new SerilogLoggerProvider(Create(settings), dispose: true));
    }

    private static Logger Create(LoggingSettings settings)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(settings.Level).Enrich.FromLogContext();
        foreach (var (category, level) in settings.Levels)
        {
            // What is there to quieten a library must not make it louder than the rest.
            var quiet = LoggingSettings.Quiet.TryGetValue(category, out var usual) && level == usual;
            configuration.MinimumLevel.Override(category, quiet && settings.Level > level ? settings.Level : level);
        }

        return configuration.WriteTo.Console(Formatter(settings.Format)).CreateLogger();
    }

    private static ITextFormatter Formatter(LogFormat format) => format switch
    {
        LogFormat.Json => new JsonLines(),
        LogFormat.Auto when Console.IsOutputRedirected => new JsonLines(),
        _ => new TerminalLines(colours: !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""),
    };
}
