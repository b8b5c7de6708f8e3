namespace NATS.Client.Core;

/// <summary>A subject goes on the wire as it is: whitespace in it would end the subject, or the command.</summary>
internal static class SubjectRules
{
    private static readonly System.Buffers.SearchValues<char> Whitespace = System.Buffers.SearchValues.Create(" \t\r\n");

    public static void ThrowIfInvalid(string subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        if (subject.Length == 0 || subject.AsSpan().ContainsAny(Whitespace))
            throw new NatsException("Subject is invalid.");
    }

    public static void ThrowIfInvalidQueueGroup(string queueGroup)
    {
        if (queueGroup.Length == 0 || queueGroup.AsSpan().ContainsAny(Whitespace))
            throw new NatsException("Queue group is invalid.");
    }
}
