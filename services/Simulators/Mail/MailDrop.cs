namespace RideIngest.Simulators.Mail;

/// <summary>The mails that were received last, by Message-ID.</summary>
internal sealed class MailDrop
{
    private const int Most = 10_000;
    private const int LongestText = 10_000;

    private readonly Dictionary<string, LinkedListNode<ReceivedMail>> _byId = [];
    private readonly LinkedList<ReceivedMail> _inOrder = [];

    /// <summary>Returns mails to a recipient, or all, in the order in which they were received.</summary>
    public IReadOnlyList<ReceivedMail> To(string? recipient)
    {
        lock (_byId)
        {
            return [.. _inOrder.Where(mail => recipient is null || mail.To.Contains(recipient, StringComparer.OrdinalIgnoreCase))];
        }
    }

    public void Add(ReceivedMail mail)
    {
        lock (_byId)
        {
            if (_byId.TryGetValue(mail.MessageId, out var known))
            {
                known.Value = known.Value with { Times = known.Value.Times + 1 };
                return;
            }
            var text = mail.Text.Length <= LongestText ? mail.Text : mail.Text[..LongestText];
            _byId[mail.MessageId] = _inOrder.AddLast(mail with { Text = text });
            if (_inOrder.Count <= Most)
                return;
            _byId.Remove(_inOrder.First!.Value.MessageId);
            _inOrder.RemoveFirst();
        }
    }
}
