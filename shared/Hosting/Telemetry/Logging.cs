using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Resources;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Configures Serilog behind ILogger: text on a terminal, JSON lines for machines, OTLP for a collector.</summary>
internal static class Logging
{
    /// <summary>The category that logs each request at information level.</summary>
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <param name="ending">Whether services are cancelled because the process ends.</param>
    /// <param name="resource">The identity for the collector.</param>
    /// <param name="watch">Sees the exports; null without a collector.</param>
    public static void AddTo(
        IServiceCollection services, LoggingSettings settings, Ending ending, Resource resource, CollectorWatch? watch) =>
        services.AddSerilog(Create(settings, ending, resource, watch), dispose: true);

    private static Logger Create(LoggingSettings settings, Ending ending, Resource resource, CollectorWatch? watch)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(settings.Level).Enrich.FromLogContext();
        var requests = settings.Level;
        foreach (var (category, chosen) in settings.Levels.OrderBy(level => level.Key.Length))
        {
            // A default that quiets a library must not make it louder than the global level.
            var quiet = LoggingSettings.Quiet.TryGetValue(category, out var usual) && chosen == usual;
            var level = quiet && settings.Level > chosen ? settings.Level : chosen;
            configuration.MinimumLevel.Override(category, level);
            if ($"{Requests}.".StartsWith($"{category}.", StringComparison.Ordinal))
                requests = level;
        }

        // At any enabled level, each request gets a logging scope, which costs time and outlives the request.
        if (requests > LogEventLevel.Information)
            configuration.MinimumLevel.Override(Requests, LevelAlias.Off);

        if (settings.Levels.GetValueOrDefault(LibraryLines.Nats, LogEventLevel.Warning) >= LogEventLevel.Warning)
            configuration.Filter.ByExcluding(LibraryLines.IsLostConnection);
        configuration.Filter.ByExcluding(line => LibraryLines.IsKnownEnd(line, ending));

        var toErrors = settings.Stream == LogTarget.Stderr;
        var redirected = toErrors ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        configuration.WriteTo.Console(
            Formatter(settings.Format, redirected), standardErrorFromLevel: toErrors ? LogEventLevel.Verbose : null);
        if (watch is not null)
            CollectedLogs.AddTo(configuration, resource.Attributes, watch);
        return configuration.CreateLogger();
    }

    private static ITextFormatter Formatter(LogFormat format, bool redirected) => format switch
    {
        LogFormat.Json => LogFormats.Json(),
        LogFormat.Auto when redirected => LogFormats.Json(),
        _ => LogFormats.Text(colours: !redirected && Environment.GetEnvironmentVariable("NO_COLOR") is null or ""),
    };
}
