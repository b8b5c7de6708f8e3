using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;

namespace RideIngest.Platform.Telemetry;

/// <summary>Serilog behind Microsoft's ILogger: lines for people on a terminal, JSON lines for machines.</summary>
internal static class Logging
{
    /// <summary>Whose lines tell of requests, all of them for information.</summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public static void AddTo(ILoggingBuilder logging, LoggingSettings settings)
    {
        var serilog = Create(settings);

        // Serilog decides the levels; Microsoft's own filter lets everything through to it.
        logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new SerilogLoggerProvider(serilog, dispose: true));

        // Where it is on at all, each request has a scope, which costs it time, and stays with what outlives the request.
        if (!serilog.ForContext(Constants.SourceContextPropertyName, Requests).IsEnabled(LogEventLevel.Information))
            logging.AddFilter(Requests, LogLevel.None);
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

        var toErrors = settings.Stream == LogTarget.Stderr;
        var redirected = toErrors ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        return configuration.WriteTo.Console(Formatter(settings.Format, redirected), standardErrorFromLevel: toErrors ? LogEventLevel.Verbose : null).CreateLogger();
    }

    private static ITextFormatter Formatter(LogFormat format, bool redirected) => format switch
    {
        LogFormat.Json => new JsonLines(),
        LogFormat.Auto when redirected => new JsonLines(),
        _ => new TerminalLines(colours: !redirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""),
    };
}
