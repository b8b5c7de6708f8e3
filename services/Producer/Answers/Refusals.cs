using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;

namespace RideIngest.Producer.Answers;

/// <summary>The problems that are the producer's own. Their types are stable: senders decide by them.</summary>
internal static class Refusals
{
    private const int LongestGiven = 100;

    public static Problem Of(Refusal refusal) => refusal.Reason switch
    {
        RefusalReason.StreamFull => new(503, "stream-full", "Nothing was kept: too much waits to be stored", Sentence(refusal.Detail))
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
        RefusalReason.Unavailable => new(503, "unavailable", "Nothing was kept: neither the stream nor the store can be reached")
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
        _ => new(504, "outcome-unknown", "Whether the record was kept is not known", "Sending it again is safe: a record is stored once.")
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
    };

    public static Problem Busy(TimeSpan retryAfter, string detail) =>
        new(503, "busy", "Nothing was kept: too many records are in work", detail) { Retryable = true, RetryAfter = retryAfter };

    public static Problem TooLarge(long most) =>
        new(413, "too-large", "The body is too large", $"The most that is taken here is {most} bytes.");

    public static Problem UnsupportedMediaType(string? given, string expected) =>
        new(415, "unsupported-media-type", "This content type is not read here",
            $"{(string.IsNullOrEmpty(given) ? "None was given" : $"{Short(given)} was given")}; send {expected}, in UTF-8.");

    public static Problem UnsupportedEncoding(string given) =>
        new(415, "unsupported-content-encoding", "This content encoding is not read here", $"{Short(given)} was given; send the "
            + "body as it is, without Content-Encoding.");

    public static Problem NotFound(string detail) => new(404, "not-found", "There is nothing here", detail);

    /// <summary>What a sender gave is shown, but not without end.</summary>
    public static string Short(string given) => given.Length <= LongestGiven ? given : $"{given.AsSpan(0, LongestGiven)}…";

    private static string? Sentence(string? reason) => string.IsNullOrEmpty(reason) ? null : $"The stream says: {reason}.";
}
