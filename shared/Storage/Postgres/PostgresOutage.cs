namespace RideIngest.Storage.Postgres;

/// <summary>
/// Remembers that Postgres is away, so that nobody waits for it in vain, and asks it in the background whether it is back.
/// </summary>
public sealed class PostgresOutage(PostgresPing postgres) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _began = new(0, 1);
    private int _isNow;

    public bool IsNow => Volatile.Read(ref _isNow) != 0;

    /// <returns>Whether it was not away before.</returns>
    public bool Begin()
    {
        if (Interlocked.Exchange(ref _isNow, 1) != 0)
            return false;
        _began.Release();
        return true;
    }

    /// <summary>Ends each outage when Postgres answers.</summary>
    public async Task WatchAsync(Action ended, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await _began.WaitAsync(stopping);

            // Not at once: commits may hang while Postgres answers otherwise.
            do
                await Task.Delay(Look, stopping);
            while (!await AnswersAsync(stopping));
            Volatile.Write(ref _isNow, 0);
            ended();
        }
    }

    public void Dispose() => _began.Dispose();

    private async Task<bool> AnswersAsync(CancellationToken stopping)
    {
        try
        {
            await postgres.AskAsync(Patience, stopping);
            return true;
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            return false;
        }
    }
}
