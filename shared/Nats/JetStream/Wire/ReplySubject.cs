using System.Globalization;

namespace NATS.Client.JetStream.Wire;

/// <summary>
/// The subject that acknowledges a message, which also tells of its delivery:
/// <c>$JS.ACK.stream.consumer.delivered.streamSeq.consumerSeq.nanos.pending</c>, and since server 2.12, or across accounts,
/// <c>$JS.ACK.domain.account.stream.….pending[.random]</c> with <c>_</c> for no domain.
/// </summary>
internal static class ReplySubject
{
    private const int ShortForm = 9;
    private const int LongForm = 11;

    /// <summary>
    /// Takes <paramref name="stream"/> and <paramref name="consumer"/> for the names if they are the same, which saves making
    /// them anew.
    /// </summary>
    public static NatsJSMsgMetadata? Parse(string? replyTo, string? stream = null, string? consumer = null)
    {
        Span<Range> tokens = stackalloc Range[LongForm + 2];
        var subject = replyTo.AsSpan();
        if (!subject.StartsWith("$JS.ACK.", StringComparison.Ordinal) && !subject.StartsWith("$JS.FC.", StringComparison.Ordinal))
            return null;

        var count = subject.Split(tokens, '.');
        if (count != ShortForm && count < LongForm)
            return null;

        var domain = count == ShortForm || subject[tokens[2]] is "_" ? string.Empty : subject[tokens[2]].ToString();
        var at = count == ShortForm ? 2 : 4;
        if (!TryNumber(subject[tokens[at + 2]], out var delivered)
            || !TryNumber(subject[tokens[at + 3]], out var streamSequence)
            || !TryNumber(subject[tokens[at + 4]], out var consumerSequence)
            || !TryNumber(subject[tokens[at + 5]], out var nanoseconds)
            || !TryNumber(subject[tokens[at + 6]], out var pending))
        {
            return null;
        }

        return new NatsJSMsgMetadata(
            new NatsJSSequencePair(streamSequence, consumerSequence),
            delivered,
            pending,
            DateTimeOffset.UnixEpoch.AddTicks((long)nanoseconds / TimeSpan.NanosecondsPerTick),
            Name(subject[tokens[at]], stream),
            Name(subject[tokens[at + 1]], consumer),
            domain);
    }

    private static string Name(ReadOnlySpan<char> token, string? known) =>
        known is not null && token.SequenceEqual(known) ? known : token.ToString();

    private static bool TryNumber(ReadOnlySpan<char> token, out ulong value) =>
        ulong.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
