using System.Globalization;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Checking;

/// <summary>
/// Writes into the ledger's file which frames were acked, and when: whether a frame that is gone was acked, or went by itself. An ack says
/// as well how often its frame was delivered.
/// </summary>
internal sealed class AckWatch : IAsyncDisposable
{
    // $JS.ACK.{stream}.{consumer}.{deliveries}...
    private const int Deliveries = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;
    private long _redelivered;

    public AckWatch(World world, Ledger ledger) => _watching = WatchAsync(world, ledger);

    /// <summary>Deliveries beyond the first, of the frames that were acked.</summary>
    public long Redelivered => Volatile.Read(ref _redelivered);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(World world, Ledger ledger)
    {
        try
        {
            await foreach (var ack in world.Client.SubscribeAsync<string>($"$JS.ACK.{world.Stream}.>", cancellationToken: _stop.Token))
            {
                ledger.Write(ledger.Now, ledger.Now, "stream", ack.Subject, ack.Data ?? "");
                if (ack.Data?.StartsWith('-') != true)
                    Interlocked.Add(ref _redelivered, long.Parse(ack.Subject.Split('.')[Deliveries], CultureInfo.InvariantCulture) - 1);
            }
        }
        catch (OperationCanceledException)
        {
            // The run ends.
        }
    }
}
