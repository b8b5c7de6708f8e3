using RideIngest.Producer.Settings;

namespace RideIngest.Producer.Sending;

/// <summary>Counts the records whose senders wait, so that there is an end to them.</summary>
internal sealed class RecordsInFlight(ProducerSettings settings)
{
    private int _records;

    public int Records => Volatile.Read(ref _records);

    /// <summary>False when the limit is reached; otherwise to be followed by one <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _records) <= settings.RecordsInFlight)
            return true;
        Interlocked.Decrement(ref _records);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _records);
}
