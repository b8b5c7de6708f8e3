namespace RideIngest.Hosting.Access;

/// <summary>
/// Limits a key's records per second, with a burst of one second. An upload may go into debt, which later requests wait for.
/// </summary>
public sealed class KeyRate(int perSecond, TimeProvider clock)
{
    // Caps the wait, because clients that ignore Retry-After take turn after turn.
    private const double FarthestTurn = 60;

    private readonly Lock _gate = new();
    private readonly long _since = clock.GetTimestamp();
    private double _left = perSecond;
    private double _filledAt;
    private double _lastTurn;

    public int PerSecond => perSecond;

    /// <summary>Takes records off the limit. Returns false, with the time until the limit allows more, when it is used up.</summary>
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
    /// The time until a refused record will be allowed. Each refused sender gets the next turn, so that retries are spread over time.
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
