using System.Globalization;

namespace RideIngest.Storage.Postgres;

/// <summary>The text of a position in a list that is ordered by time and id.</summary>
internal static class CursorText
{
    public static string Of(DateTimeOffset at, long id) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcTicks}-{id}");

    public static bool TryParse(string? text, out DateTimeOffset at, out long id)
    {
        (at, id) = (default, 0);
        if (text?.Split('-') is not [var ticks, var number]
            || !long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out id)
            || time > DateTimeOffset.MaxValue.Ticks)
            return false;
        at = new DateTimeOffset(time, TimeSpan.Zero);
        return true;
    }
}
