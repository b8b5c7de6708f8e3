using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Load;

/// <summary>
/// Many senders at once: some send each record once, whatever they are told; some are as the backend is, and come again until it is
/// settled; some upload. Now and then the same record is sent again, or another one under its id.
/// </summary>
internal sealed class LoadClient(IReadOnlyList<Instance> doors, IContract contract, Ledger ledger, int seed) : IDisposable
{
    private const int Once = 6;
    private const int Backends = 6;
    private const int Uploaders = 2;
    private const int LargestUpload = 200;
    private const int LongestPause = 40;

    // What a backend that was told Retry-After does at most, so that a run ends.
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromSeconds(60);

    private readonly Sender _sender = new(ledger, contract);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _turn;

    public void Start()
    {
        var senders = Enumerable.Range(0, Once).Select(n => Task.Run(() => OnceAsync(new Random(seed + n))))
            .Concat(Enumerable.Range(0, Backends).Select(n => Task.Run(() => BackendAsync(new Random(seed + 100 + n)))))
            .Concat(Enumerable.Range(0, Uploaders).Select(n => Task.Run(() => UploadAsync(new Random(seed + 200 + n)))));
        _running = Task.WhenAll(senders.ToArray());
    }

    /// <summary>Sends nothing new, and waits for what is on its way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _stop.Dispose();
    }

    private Instance Next() => doors[(Interlocked.Increment(ref _turn) & int.MaxValue) % doors.Count];

    private async Task OnceAsync(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            await _sender.SendAsync(Next(), contract.IdOf(ledger.TakeIds(), random), 0, random.Next(10) == 0 ? "respond-async" : null);
            await PauseAsync(random);
        }
    }

    private async Task BackendAsync(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var id = contract.IdOf(ledger.TakeIds(), random);
            await UntilSettledAsync(() => _sender.SendAsync(Next(), id, 0));
            switch (random.Next(30))
            {
                case 0:
                    await _sender.SendAsync(Next(), id, 0);
                    break;
                case 1 when contract.HasVersions:
                    await UntilSettledAsync(() => _sender.SendAsync(Next(), id, 1));
                    break;
            }
            await PauseAsync(random);
        }
    }

    private async Task UploadAsync(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var count = random.Next(1, LargestUpload);
            var first = contract.IdOf(ledger.TakeIds(count), random);
            if (random.Next(2) == 0)
                await _sender.UploadAsync(Next(), first, count);
            else
                await UntilSettledAsync(
                    async () => (await _sender.UploadAsync(Next(), first, count)).FirstOrDefault(one => !one.IsSettled)
                        ?? new(0, default, Told.Stored));
            await PauseAsync(random);
            await PauseAsync(random);
        }
    }

    private static async Task UntilSettledAsync(Func<Task<Attempt>> send)
    {
        for (var until = DateTime.UtcNow + GivesUpAfter; DateTime.UtcNow < until;)
        {
            if ((await send()).IsSettled)
                return;
            await Task.Delay(Backoff);
        }
    }

    private Task PauseAsync(Random random) =>
        Task.Delay(random.Next(LongestPause), _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
}
