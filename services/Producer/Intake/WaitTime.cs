using System.Globalization;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;

namespace RideIngest.Producer.Intake;

/// <summary>Parses a sender's waiting time: <c>10</c> and <c>10s</c> are ten seconds, <c>500ms</c> is half a second.</summary>
internal static class WaitTime
{
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan wait)
    {
        text = text.Trim();
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return Duration.TryParse(text.ToString(), out wait);
        var fits = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
        wait = fits ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        return true;
    }

    public static Problem Refuse(string place, string given) =>
        new(400, "bad-request", $"{place} is not a duration",
            $"Given: '{Refusals.Short(given)}'. Examples: wait=10, wait=10s, wait=500ms.");
}
