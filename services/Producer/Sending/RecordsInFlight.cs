using RideIngest.Producer.Settings;

namespace RideIngest.Producer.Sending;

/// <summary>Limits the number of records whose senders wait.</summary>
internal sealed class RecordsInFlight(ProducerSettings settings)
{
    private int _records;

    public int Records => Volatile.Read(ref _records);

    /// <summary>Reserves a record; returns false at the limit. Each success must be followed by one <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _records) <= settings.RecordsInFlight)
            return true;
        Interlocked.Decrement(ref _records);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _records);
}
