using System.Globalization;
using System.Text;

namespace RideIngest.Parking.Events;

/// <summary>The text of a stay, such as <c>1h2m3.5s</c>: its hours, minutes and seconds, those that are not zero.</summary>
internal static class StayText
{
    public static string Of(TimeSpan stay)
    {
        if (stay == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder();
        Append((long)stay.TotalHours, 'h');
        Append(stay.Minutes, 'm');
        var seconds = (decimal)(stay.Ticks % TimeSpan.TicksPerMinute) / TimeSpan.TicksPerSecond;
        if (seconds > 0)
            text.Append(CultureInfo.InvariantCulture, $"{seconds:0.######}s");
        return text.ToString();

        void Append(long count, char unit)
        {
            if (count > 0)
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
        }
    }
}
