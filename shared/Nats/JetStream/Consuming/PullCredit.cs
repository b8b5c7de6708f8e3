namespace NATS.Client.JetStream.Consuming;

/// <summary>
/// Keeps count of what was asked of the server, what of it has arrived, and what the caller has taken, in messages or in
/// bytes. What lies here untaken counts as asked for: a slow caller slows the server down, and nothing has to be dropped.
/// </summary>
internal sealed class PullCredit(long max, long threshold)
{
    private readonly Lock _gate = new();
    private long _asked;
    private long _arrived;
    private long _taken;

    /// <summary>Whether the server still owes something; only then is its silence suspicious.</summary>
    public bool IsOwed
    {
        get
        {
            lock (_gate)
            {
                return _asked > _arrived;
            }
        }
    }

    public void Arrive(long units)
    {
        lock (_gate)
        {
            _arrived += units;

            // A pull that was taken for lost may deliver after all.
            _asked = Math.Max(_asked, _arrived);
        }
    }

    /// <returns>Whether it is time to ask for more.</returns>
    public bool Take(long units)
    {
        lock (_gate)
        {
            _taken += units;
            return _asked - _taken <= threshold;
        }
    }

    /// <summary>The server will not deliver these any more.</summary>
    public void GiveUp(long units)
    {
        lock (_gate)
        {
            _asked = Math.Max(_arrived, _asked - units);
        }
    }

    /// <summary>The server will not deliver any of what it owes.</summary>
    public void GiveUpAll()
    {
        lock (_gate)
        {
            _asked = _arrived;
        }
    }

    /// <returns>How much to ask for, counted as asked from now on; 0 while more than the threshold is on its way or untaken.</returns>
    public long Ask()
    {
        lock (_gate)
        {
            var pending = _asked - _taken;
            if (pending > threshold || pending >= max)
                return 0;

            _asked += max - pending;
            return max - pending;
        }
    }
}
