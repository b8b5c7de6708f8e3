using System.Diagnostics;
using System.Text;

namespace RideIngest.Contracts.Frames;

/// <summary>
/// Reads and writes the header <c>Ride-Traces</c>: one comma-separated entry per record, in order. An entry is a traceparent, <c>-</c> for
/// no trace, or empty for the same as the entry before, which costs one byte per record.
/// </summary>
public static class FrameTraces
{
    private const string None = "-";

    /// <summary>Formats a context as a W3C traceparent; null for the default context.</summary>
    public static string? TraceParent(ActivityContext context) =>
        context == default
            ? null
            : $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    public static string Write(IReadOnlyList<ActivityContext> contexts)
    {
        var text = new StringBuilder(contexts.Count * 56);
        for (var i = 0; i < contexts.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            if (i == 0 || contexts[i] != contexts[i - 1])
                text.Append(TraceParent(contexts[i]) ?? None);
        }
        return text.ToString();
    }

    /// <summary>Reads the contexts of a frame's records; a missing or unreadable entry falls back to <paramref name="frame"/>.</summary>
    public static ActivityContext[] Read(string? header, ActivityContext frame, int count)
    {
        var contexts = new ActivityContext[count];
        if (header is null)
        {
            Array.Fill(contexts, frame);
            return contexts;
        }

        var rest = header.AsSpan();
        for (var i = 0; i < count; i++)
        {
            var end = rest.IndexOf(',');
            var entry = (end < 0 ? rest : rest[..end]).Trim();
            rest = end < 0 ? [] : rest[(end + 1)..];
            contexts[i] = entry switch
            {
                "" => i > 0 ? contexts[i - 1] : frame,
                None => default,
                _ => Parse(entry.ToString(), frame),
            };
        }
        return contexts;
    }

    /// <summary>Parses a traceparent; returns <paramref name="otherwise"/> when it is missing or invalid.</summary>
    public static ActivityContext Parse(string? traceParent, ActivityContext otherwise = default) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var context) ? context : otherwise;
}
