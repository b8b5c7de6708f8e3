using System.Globalization;

namespace RideIngest.Parking.Events;

/// <summary>
/// The text of a stay, in answers, mails and the summary file: <c>1h2m3s</c>, as Go's <c>time.Duration</c> has it and most parsers read it.
/// A day is <c>24h0m0s</c>, no time is <c>0s</c>, and a fraction is decimals of the seconds: <c>2m3.5s</c>.
/// </summary>
internal static class StayText
{
    public const int Longest = 64;

    /// <summary>The rule for a duration in a request. It is written unchanged.</summary>
    public const string Rule = "must be a duration such as 1h2m3s: a digit first, and no more than 64 printable characters";

    public static string Of(TimeSpan stay)
    {
        var hours = ((long)stay.TotalHours).ToString(CultureInfo.InvariantCulture);
        var seconds = stay.Ticks % TimeSpan.TicksPerMinute / (decimal)TimeSpan.TicksPerSecond;
        var rest = seconds.ToString("0.#######", CultureInfo.InvariantCulture);
        return stay < TimeSpan.FromMinutes(1) ? $"{rest}s"
            : stay < TimeSpan.FromHours(1) ? $"{stay.Minutes}m{rest}s"
            : $"{hours}h{stay.Minutes}m{rest}s";
    }

    // The digit also keeps spreadsheets from reading it as a formula.
    public static bool IsValid(string text) =>
        text.Length is > 0 and <= Longest && char.IsAsciiDigit(text[0]) && !text.Any(char.IsControl) && !text.Any(char.IsSurrogate);
}
