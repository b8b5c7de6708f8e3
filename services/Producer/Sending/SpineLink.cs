using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Sees to it that the stream is there: at start, after every reconnect, and whenever somebody finds that it does not answer.
/// </summary>
internal sealed partial class SpineLink(INatsConnection nats, RidesStream rides, ILogger<SpineLink> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _asked = new(1);
    private volatile INatsJSConsumer? _store;
    private volatile bool _doubted;

    /// <summary>
    /// Whether the stream has been seen, since anybody last doubted that it answers. That it is there now, only a publish can tell.
    /// </summary>
    public bool IsReady => _store is not null && !_doubted;

    /// <summary>Why the stream was not there when it was last looked for; null if it was, or if nobody has looked yet.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The durable consumer, whose ack floor tells what has been settled; null before it has been seen.</summary>
    public INatsJSConsumer? Store => _store;

    /// <summary>The stream did not answer: until it is seen again, nobody need find that out anew.</summary>
    public void Doubt()
    {
        _doubted = true;
        Check();
    }

    /// <summary>Has the stream looked for, soon, and created if it is gone.</summary>
    private void Check()
    {
        if (_asked.CurrentCount == 0)
            _asked.Release();
    }

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        nats.ConnectionOpened += (_, _) =>
        {
            Check();
            return default;
        };
        var persistently = Persistently.Retry(Pause, Pause, on: e => e is NatsException or OperationCanceledException, waits: Report);
        try
        {
            while (true)
            {
                await _asked.WaitAsync(stoppingToken);
                await persistently.ExecuteAsync(EnsureAsync, stoppingToken);
            }
        }
        catch (ObjectDisposedException)
        {
            // The process ends.
        }

        void Report(Exception trouble, TimeSpan pause)
        {
            var reason = trouble is NatsException ? trouble.Message : $"it does not answer within {AnswersWithin.TotalSeconds} s";
            if (Trouble != reason)
                NotThere(rides.Stream.Name, Trouble = reason);
        }

        async ValueTask EnsureAsync(CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(AnswersWithin);
            _store = await rides.ConsumerAsync(limit.Token);
            Trouble = null;
            _doubted = false;
        }
    }

    [LoggerMessage(2002, LogLevel.Warning, "The stream {Stream} is not to be had: {Reason}. Trying again until it is")]
    private partial void NotThere(string stream, string reason);
}
