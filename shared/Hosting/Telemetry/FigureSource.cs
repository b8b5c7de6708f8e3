using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace RideIngest.Hosting.Telemetry;

/// <summary>A figure of a system on the console.</summary>
public enum SystemFigure
{
    /// <summary>Records or events that came in.</summary>
    Taken,

    /// <summary>Those that have taken effect.</summary>
    Done,

    /// <summary>Those that were refused, or kept as dead letters.</summary>
    Failed,

    /// <summary>A duration in seconds that senders, or events, wait for.</summary>
    Latency,
}

/// <summary>An instrument whose measurements make a figure of a system.</summary>
/// <param name="Only">Labels and the values that they must have for a measurement to count.</param>
public sealed record FigureSource(
    string System, SystemFigure Figure, Instrument Instrument, params (string Label, string[] Values)[] Only)
{
    internal bool Counts(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (label, values) in Only)
        {
            if (!Has(tags, label, values))
                return false;
        }
        return true;
    }

    private static bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags, string label, string[] values)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == label)
                return tag.Value is string value && values.AsSpan().Contains(value);
        }
        return false;
    }
}

public static class SystemFigures
{
    /// <summary>Lets the process announce figures of a system, from instruments that it has anyway.</summary>
    public static IServiceCollection AddSystemFigures(this IServiceCollection services, params IEnumerable<FigureSource> sources)
    {
        foreach (var source in sources)
            services.AddSingleton(source);
        return services;
    }
}
