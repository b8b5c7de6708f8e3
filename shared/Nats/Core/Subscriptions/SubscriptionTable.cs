using System.Collections.Concurrent;

namespace NATS.Client.Core;

/// <summary>The live subscriptions of a connection, by their number on the wire. A number is used again only after two billion others.</summary>
internal sealed class SubscriptionTable(Outbox outbox) : INatsSubscriptionManager
{
    private readonly ConcurrentDictionary<int, NatsSubBase> _bySid = new();
    private int _lastSid;

    public int Count => _bySid.Count;

    public NatsSubBase? Find(int sid) => _bySid.GetValueOrDefault(sid);

    /// <summary>Throws when the connection is gone for good: whoever ends its subscriptions may have passed already.</summary>
    public void Add(NatsSubBase sub)
    {
        int sid;
        do sub.Sid = sid = Interlocked.Increment(ref _lastSid) & int.MaxValue;
        while (sid == 0 || !_bySid.TryAdd(sid, sub));
        try
        {
            outbox.Subscribe(sub);
        }
        catch
        {
            _bySid.TryRemove(sid, out _);
            throw;
        }
    }

    public ValueTask RemoveAsync(NatsSubBase sub)
    {
        if (sub.Sid is not 0 and var sid && _bySid.TryRemove(sid, out _))
        {
            sub.Sid = 0;
            outbox.Unsubscribe(sid);
        }

        return default;
    }

    /// <summary>Tells the server, while what is still on its way goes on being delivered.</summary>
    public void SendUnsubscribe(NatsSubBase sub)
    {
        if (sub.Sid is not 0 and var sid)
            outbox.Unsubscribe(sid);
    }

    /// <summary>Called with the write lock held, when a new connection has been made.</summary>
    public void WriteReconnectCommands(CommandBuffer commands)
    {
        foreach (var sub in _bySid.Values)
        {
            if (sub.Sid != 0)
                sub.WriteReconnectCommands(commands);
        }
    }

    public NatsSubBase[] Snapshot() => [.. _bySid.Values];
}
