using Microsoft.Extensions.Primitives;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Intake;

/// <summary>
/// How long a sender wants to wait for the outcome, from the header <c>Prefer</c> (RFC 7240). Unknown preferences are ignored, as the RFC
/// requires; the first of repeated ones applies.
/// </summary>
/// <param name="Wait">Null if the sender gave no wait.</param>
/// <param name="RespondAsync">Answer as soon as the stream has the record, or after <paramref name="Wait"/> if it is given.</param>
internal readonly record struct Preference(TimeSpan? Wait, bool RespondAsync)
{
    /// <returns>The problem of an invalid wait.</returns>
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

    /// <summary>
    /// The time to answer, in ticks of <see cref="Environment.TickCount64"/>; 0 means as soon as the stream has the record.
    /// </summary>
    public long Deadline(TimeSpan usual, TimeSpan longest)
    {
        var wait = Wait is { } asked ? (asked < longest ? asked : longest) : RespondAsync ? TimeSpan.Zero : usual;
        return wait <= TimeSpan.Zero ? 0 : Environment.TickCount64 + (long)wait.TotalMilliseconds;
    }

    private bool TryAdd(ReadOnlySpan<char> preference, out Preference joined)
    {
        // Parameters follow a semicolon; the RFC defines none for these two.
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
