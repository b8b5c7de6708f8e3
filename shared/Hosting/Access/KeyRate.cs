namespace RideIngest.Hosting.Access;

/// <summary>
/// A key's records per second: a second's worth may come at once. An upload may run into debt, which the next ones wait for.
/// </summary>
public sealed class KeyRate(int perSecond, TimeProvider clock)
{
    // Senders that do not wait for their turn take more and more of them. The others need not wait longer because of it.
    private const double FarthestTurn = 60;

    private readonly Lock _gate = new();
    private readonly long _since = clock.GetTimestamp();
    private double _left = perSecond;
    private double _filledAt;
    private double _lastTurn;

    public int PerSecond => perSecond;

    /// <summary>Takes so many records off the limit. False, with the time until something is left, when it is used up.</summary>
    public bool TryTake(int records, out TimeSpan wait)
    {
        lock (_gate)
        {
            Fill();
            wait = _left > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _left) / perSecond);
            if (_left <= 0)
                return false;
            _left -= records;
            return true;
        }
    }

    /// <summary>
    /// When a record that was refused will pass. Each sender that asks gets the next turn, so that as many come back in a second as may
    /// pass in it.
    /// </summary>
    public TimeSpan NextTurn()
    {
        lock (_gate)
        {
            Fill();
            var first = _filledAt + (Math.Max(0, 1 - _left) / perSecond);
            _lastTurn = Math.Clamp(_lastTurn + (1.0 / perSecond), first, Math.Max(first, _filledAt + FarthestTurn));
            return TimeSpan.FromSeconds(_lastTurn - _filledAt);
        }
    }

    private void Fill()
    {
        var now = clock.GetElapsedTime(_since).TotalSeconds;
        _left = Math.Min(perSecond, _left + ((now - _filledAt) * perSecond));
        _filledAt = now;
    }
}
