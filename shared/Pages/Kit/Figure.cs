using System.Globalization;

namespace RideIngest.Pages.Kit;

/// <summary>Numbers as people read them.</summary>
public static class Figure
{
    public static string Whole(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <param name="perSecond">Null if it is not known.</param>
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => "–",
        < 10 => perSecond.Value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => Whole((long)Math.Round(perSecond.Value)),
    };

    /// <param name="time">Null if nothing was measured.</param>
    public static string Milliseconds(double? time) => time switch
    {
        null => "–",
        < 0.1 => "< 0.1 ms",
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{time:0.0} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time / 1000:0.0} s"),
    };

    public static string Time(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{time.Days} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{time.Hours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(time.TotalSeconds, 0):0} s"),
    };

    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} KB"),
        _ => $"{bytes} B",
    };
}
