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

    /// <summary>Of what is below a connection's own inbox NATS.Net delivers nothing but what goes to an inbox exactly, and takes no queue groups.</summary>
    public static void ThrowIfUnheard(NatsSubBase sub, string ownInbox)
    {
        if (!sub.Subject.StartsWith(ownInbox, StringComparison.Ordinal))
            return;
        if (sub.QueueGroup is not null)
            throw new NatsException("Inbox subscriptions don't support queue groups");
        var token = sub.Subject.AsSpan(ownInbox.Length);
        if (token.Length < 2 || token[0] != '.' || token[1..].ContainsAny('.', '*', '>'))
            throw new NatsException($"Nothing would be delivered to {sub.Subject}: below the connection's inbox there are only inboxes as NewInbox gives them. Take a subject below InboxPrefix");
    }

    public static void ThrowIfInvalidQueueGroup(string queueGroup)
    {
        if (queueGroup.Length == 0 || queueGroup.AsSpan().ContainsAny(Whitespace))
            throw new NatsException("Queue group is invalid.");
    }
}
