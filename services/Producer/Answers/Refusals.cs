using RideIngest.Hosting.Problems;
using RideIngest.Producer.Sending;

namespace RideIngest.Producer.Answers;

/// <summary>Makes the producer's problems. Their types are stable, because clients depend on them.</summary>
internal static class Refusals
{
    private const int LongestGiven = 100;

    public static Problem Of(Refusal refusal) => refusal.Reason switch
    {
        RefusalReason.StreamFull => new(503, "stream-full", "Nothing was kept: the backlog is too large", Sentence(refusal.Detail))
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
        RefusalReason.Unavailable => new(503, "unavailable", "Nothing was kept: neither NATS nor Postgres can be reached")
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
        _ => new(504, "outcome-unknown", "The outcome is unknown", "Sending it again is safe: a record is stored only once.")
        {
            Retryable = true,
            RetryAfter = refusal.RetryAfter,
        },
    };

    public static Problem Busy(TimeSpan retryAfter, string detail) =>
        new(503, "busy", "Nothing was kept: too many records are in progress", detail) { Retryable = true, RetryAfter = retryAfter };

    /// <summary>The refusal of the rest of an upload. What was read before has its own outcomes.</summary>
    public static Problem NoMoreOfUpload(TimeSpan retryAfter) =>
        Busy(retryAfter, "It was not read from here on, because answers to uploads use all of producer.answer_memory.");

    public static Problem TooLarge(long most) =>
        new(413, "too-large", "The body is too large", $"The limit is {most} bytes.");

    public static Problem UnsupportedMediaType(string? given, string expected) =>
        new(415, "unsupported-media-type", "This content type is not supported",
            $"{(string.IsNullOrEmpty(given) ? "No Content-Type was given" : $"{Short(given)} was given")}; send {expected}, in UTF-8.");

    public static Problem UnsupportedEncoding(string given) =>
        new(415, "unsupported-content-encoding", "This content encoding is not supported", $"{Short(given)} was given; send the "
            + "body uncompressed, without Content-Encoding.");

    public static Problem NotFound(string detail) => new(404, "not-found", "Not found", detail);

    /// <summary>Truncates a sender's value for display.</summary>
    public static string Short(string given) => given.Length <= LongestGiven ? given : $"{given.AsSpan(0, LongestGiven)}…";

    private static string? Sentence(string? reason) => string.IsNullOrEmpty(reason) ? null : $"The stream says: {reason}.";
}
