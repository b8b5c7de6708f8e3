using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>
/// Parses instants: ISO 8601 with an offset, or the XRides export's <c>1/31/2013 18:05</c> (month first, UTC). ISO 8601 without an offset
/// is refused because it is ambiguous, unless a field takes it as UTC. Digits below the microsecond are cut off.
/// </summary>
public static class InstantText
{
    internal const int Longest = 27;

    public static bool TryParse(ReadOnlySpan<byte> text, bool orUtc, out DateTimeOffset instant)
    {
        var rest = text;
        long ticks = 0;
        var parsed = text.Length > 4 && text[4] == '-' ? Iso(ref rest, orUtc, out ticks) : Export(ref rest, out ticks);
        instant = parsed ? new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) : default;
        return parsed;
    }

    /// <summary>Formats an instant in UTC, with the digits of its fraction that matter.</summary>
    public static string Format(DateTimeOffset instant)
    {
        Span<byte> text = stackalloc byte[Longest];
        return Encoding.ASCII.GetString(text[..Format(instant, text)]);
    }

    internal static int Format(DateTimeOffset instant, Span<byte> to)
    {
        var utc = instant.UtcDateTime;
        Two(utc.Year / 100, to);
        Two(utc.Year % 100, to[2..]);
        to[4] = to[7] = (byte)'-';
        Two(utc.Month, to[5..]);
        Two(utc.Day, to[8..]);
        to[10] = (byte)'T';
        Two(utc.Hour, to[11..]);
        to[13] = to[16] = (byte)':';
        Two(utc.Minute, to[14..]);
        Two(utc.Second, to[17..]);
        var length = 19;
        var micros = (int)(utc.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        if (micros != 0)
        {
            to[length++] = (byte)'.';
            for (var unit = 100_000; micros != 0; micros %= unit, unit /= 10)
                to[length++] = (byte)('0' + (micros / unit));
        }
        to[length++] = (byte)'Z';
        return length;
    }

    private static bool Iso(ref ReadOnlySpan<byte> rest, bool orUtc, out long ticks)
    {
        ticks = 0;
        return Digits(ref rest, 4, 4, out var year) && Take(ref rest, '-')
            && Digits(ref rest, 2, 2, out var month) && Take(ref rest, '-')
            && Digits(ref rest, 2, 2, out var day) && (Take(ref rest, 'T') || Take(ref rest, 't') || Take(ref rest, ' '))
            && Time(ref rest, 2, out var time) && Fraction(ref rest, ref time) && Offset(ref rest, orUtc, out var offset) && rest.IsEmpty
            && At(year, month, day, time - offset, out ticks);
    }

    private static bool Export(ref ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        return Digits(ref rest, 1, 2, out var month) && Take(ref rest, '/')
            && Digits(ref rest, 1, 2, out var day) && Take(ref rest, '/')
            && Digits(ref rest, 4, 4, out var year) && Take(ref rest, ' ')
            && Time(ref rest, 1, out var time) && rest.IsEmpty
            && At(year, month, day, time, out ticks);
    }

    private static bool Time(ref ReadOnlySpan<byte> rest, int hourDigits, out long ticks)
    {
        ticks = 0;
        var second = 0;
        if (!Digits(ref rest, hourDigits, 2, out var hour) || !Take(ref rest, ':') || !Digits(ref rest, 2, 2, out var minute)
            || (Take(ref rest, ':') && !Digits(ref rest, 2, 2, out second)) || hour > 23 || minute > 59 || second > 59)
            return false;
        ticks = (((((hour * 60L) + minute) * 60) + second) * TimeSpan.TicksPerSecond);
        return true;
    }

    private static bool Fraction(ref ReadOnlySpan<byte> rest, ref long ticks)
    {
        if (!Take(ref rest, '.'))
            return true;
        var before = rest.Length;
        if (!Digits(ref rest, 1, 9, out var fraction))
            return false;
        var nanoseconds = (long)fraction;
        for (var digits = before - rest.Length; digits < 9; digits++)
            nanoseconds *= 10;
        ticks += nanoseconds / 100;
        return true;
    }

    private static bool Offset(ref ReadOnlySpan<byte> rest, bool orUtc, out long ticks)
    {
        ticks = 0;
        if (Take(ref rest, 'Z') || Take(ref rest, 'z') || (orUtc && rest.IsEmpty))
            return true;
        var sign = Take(ref rest, '+') ? 1 : Take(ref rest, '-') ? -1 : 0;
        var minute = 0;
        if (sign == 0 || !Digits(ref rest, 2, 2, out var hour) || hour > 23)
            return false;
        if (!rest.IsEmpty && ((Take(ref rest, ':') && rest.IsEmpty) || !Digits(ref rest, 2, 2, out minute) || minute > 59))
            return false;
        ticks = sign * ((hour * 60L) + minute) * TimeSpan.TicksPerMinute;
        return true;
    }

    private static bool At(int year, int month, int day, long time, out long ticks)
    {
        ticks = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        ticks = new DateTime(year, month, day).Ticks + time;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
    }

    private static bool Digits(ref ReadOnlySpan<byte> rest, int least, int most, out int value)
    {
        value = 0;
        var count = 0;
        while (count < most && count < rest.Length && (uint)(rest[count] - '0') <= 9)
            value = (value * 10) + (rest[count++] - '0');
        rest = rest[count..];
        return count >= least;
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, char wanted)
    {
        if (rest.IsEmpty || rest[0] != wanted)
            return false;
        rest = rest[1..];
        return true;
    }

    private static void Two(int value, Span<byte> to)
    {
        to[1] = (byte)('0' + (value % 10));
        to[0] = (byte)('0' + (value / 10));
    }
}
