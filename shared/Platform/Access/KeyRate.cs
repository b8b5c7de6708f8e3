namespace RideIngest.Platform.Access;

/// <summary>A key's records per second: a second's worth may come at once. An upload may run into debt, which the next ones wait for.</summary>
public sealed class KeyRate(int perSecond, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _left = perSecond;
    private long _filledAt = clock.GetTimestamp();

    /// <summary>Takes so many records off the limit. False, with the time until it works, when the limit is used up.</summary>
    public bool TryTake(int records, out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            Fill();
            retryAfter = _left > 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _left) / perSecond);
            if (_left <= 0)
                return false;
            _left -= records;
            return true;
        }
    }

    private void Fill()
    {
        var now = clock.GetTimestamp();
        _left = Math.Min(perSecond, _left + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
        _filledAt = now;
    }
}
