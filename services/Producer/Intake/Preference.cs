using Microsoft.Extensions.Primitives;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Intake;

/// <summary>
/// How long a sender wants to wait for the outcome, as <c>Prefer</c> says it (RFC 7240). Preferences that are not known here are passed
/// over, as they must be; of what is said twice, the first counts.
/// </summary>
/// <param name="Wait">Null when the sender says nothing of it.</param>
/// <param name="RespondAsync">An answer is wanted as soon as the stream has the record, or else after <paramref name="Wait"/>.</param>
internal readonly record struct Preference(TimeSpan? Wait, bool RespondAsync)
{
    /// <returns>The problem of a wait that is no duration.</returns>
    public static Problem? Read(StringValues headers, out Preference preference)
    {
        preference = default;
        foreach (var header in headers)
        {
            foreach (var part in header.AsSpan().Split(','))
            {
                if (!preference.TryAdd(header.AsSpan()[part].Trim(), out preference))
                    return WaitTime.Refuse("wait in Prefer", header.AsSpan()[part].Trim().ToString());
            }
        }
        return null;
    }

    /// <summary>When to answer, in ticks of <see cref="Environment.TickCount64"/>; 0: as soon as the stream has the record.</summary>
    public long Deadline(TimeSpan usual, TimeSpan longest)
    {
        var wait = Wait is { } asked ? (asked < longest ? asked : longest) : RespondAsync ? TimeSpan.Zero : usual;
        return wait <= TimeSpan.Zero ? 0 : Environment.TickCount64 + (long)wait.TotalMilliseconds;
    }

    private bool TryAdd(ReadOnlySpan<char> preference, out Preference joined)
    {
        // Parameters of a preference come after a semicolon; none is defined for these two.
        var parameters = preference.IndexOf(';');
        preference = parameters < 0 ? preference : preference[..parameters];
        var equals = preference.IndexOf('=');
        var name = (equals < 0 ? preference : preference[..equals]).Trim();
        joined = this;
        if (name.Equals("respond-async", StringComparison.OrdinalIgnoreCase))
        {
            joined = this with { RespondAsync = true };
            return true;
        }
        if (!name.Equals("wait", StringComparison.OrdinalIgnoreCase))
            return true;
        var text = equals < 0 ? default : preference[(equals + 1)..].Trim().Trim('"');
        if (!WaitTime.TryParse(text, out var wait))
            return false;
        if (Wait is null)
            joined = this with { Wait = wait };
        return true;
    }
}
