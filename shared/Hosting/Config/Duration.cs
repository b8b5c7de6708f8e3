using System.Buffers;
using System.Globalization;

namespace RideIngest.Hosting.Config;

/// <summary>Parses and formats durations: <c>5s</c>, <c>250ms</c>, <c>1h30m</c>, or <c>00:00:05</c>.</summary>
public static class Duration
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        text = text.Trim();
        if (text.Contains(':'))
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;

        duration = default;
        var seconds = 0.0;
        var rest = text.AsSpan();
        if (rest is "0")
            return true;
        if (rest.IsEmpty)
            return false;
        var previous = double.MaxValue;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(
                rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
                return false;
            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            if (letters < 0)
                letters = rest.Length;
            var unit = SecondsIn(rest[..letters]);

            // Units must be unique and descending: 1h30m, but not 30m1h or 5s5s.
            if (unit is null || unit >= previous)
                return false;
            previous = unit.Value;
            seconds += amount * unit.Value;
            rest = rest[letters..];
        }

        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        if (duration.Ticks % TimeSpan.TicksPerMillisecond != 0)
            return duration.ToString("c", CultureInfo.InvariantCulture);
        var text = "";
        if (duration.Days > 0)
            text += $"{duration.Days}d";
        if (duration.Hours > 0)
            text += $"{duration.Hours}h";
        if (duration.Minutes > 0)
            text += $"{duration.Minutes}m";
        if (duration.Seconds > 0)
            text += $"{duration.Seconds}s";
        if (duration.Milliseconds > 0)
            text += $"{duration.Milliseconds}ms";
        return text;
    }

    private static double? SecondsIn(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => null,
    };
}
