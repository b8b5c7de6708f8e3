using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace RideIngest.Producer.Intake;

/// <summary>How long a sender wants to wait for the outcome, as <c>Prefer</c> says it (RFC 7240). What is not understood is passed over, as it must be; of what is said twice, the first counts.</summary>
/// <param name="Wait">Null when the sender says nothing of it.</param>
/// <param name="RespondAsync">An answer is wanted as soon as the stream has the record, or else after <paramref name="Wait"/>.</param>
internal readonly record struct Preference(TimeSpan? Wait, bool RespondAsync)
{
    public static Preference Of(StringValues headers)
    {
        var preference = default(Preference);
        foreach (var header in headers)
        {
            foreach (var part in header.AsSpan().Split(','))
                preference = preference.With(header.AsSpan()[part].Trim());
        }
        return preference;
    }

    /// <summary>When to answer, in ticks of <see cref="Environment.TickCount64"/>; 0: as soon as the stream has the record.</summary>
    public long Deadline(TimeSpan usual, TimeSpan longest)
    {
        var wait = Wait is { } asked ? (asked < longest ? asked : longest) : RespondAsync ? TimeSpan.Zero : usual;
        return wait <= TimeSpan.Zero ? 0 : Environment.TickCount64 + (long)wait.TotalMilliseconds;
    }

    private Preference With(ReadOnlySpan<char> preference)
    {
        // Parameters of a preference come after a semicolon; none is defined for these two.
        var parameters = preference.IndexOf(';');
        preference = parameters < 0 ? preference : preference[..parameters];
        var equals = preference.IndexOf('=');
        var name = (equals < 0 ? preference : preference[..equals]).Trim();
        if (name.Equals("respond-async", StringComparison.OrdinalIgnoreCase))
            return this with { RespondAsync = true };
        return Wait is null && equals >= 0 && name.Equals("wait", StringComparison.OrdinalIgnoreCase) && TryGetSeconds(preference[(equals + 1)..], out var wait)
            ? this with { Wait = wait } : this;
    }

    private static bool TryGetSeconds(ReadOnlySpan<char> text, out TimeSpan wait)
    {
        text = text.Trim().Trim('"');
        wait = TimeSpan.Zero;
        if (text.IsEmpty || text.ContainsAnyExceptInRange('0', '9'))
            return false;
        wait = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
        return true;
    }
}
