using System.Diagnostics;
using System.Text;

namespace RideIngest.Contracts.Frames;

/// <summary>
/// The header <c>Ride-Traces</c>: one entry per record, in their order, joined by commas. An entry is a traceparent, <c>-</c> for none, or
/// nothing at all for the same as before, so that a frame cut from one upload takes a byte per record.
/// </summary>
public static class FrameTraces
{
    private const string None = "-";

    /// <summary>The W3C form of a context; null for the default.</summary>
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

    /// <summary>The contexts of a frame's records. What is missing or unreadable is <paramref name="frame"/>'s.</summary>
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

    /// <summary>The context that a traceparent names; the default when it names none.</summary>
    public static ActivityContext Parse(string? traceParent, ActivityContext otherwise = default) =>
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var context) ? context : otherwise;
}
