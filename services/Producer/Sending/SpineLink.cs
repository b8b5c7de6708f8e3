using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>Ensures that the stream exists: at start, after each reconnect, and whenever it did not respond.</summary>
internal sealed partial class SpineLink(INatsConnection nats, RidesStream rides, ILogger<SpineLink> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _asked = new(1);
    private volatile INatsJSConsumer? _store;
    private readonly TaskCompletionSource _checked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _doubted;

    /// <summary>Whether the stream was found since it last failed to respond. Only a publish shows whether it is still there.</summary>
    public bool IsReady => _store is not null && !_doubted;

    /// <summary>Completes when the first check has succeeded or failed, within seconds of the start.</summary>
    public Task FirstCheck => _checked.Task;

    /// <summary>Why the last check failed; null if it succeeded or there was none.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The durable consumer, whose ack floor shows what is settled; null until it is found.</summary>
    public INatsJSConsumer? Store => _store;

    /// <summary>Marks the stream as unavailable until the next check, so that other frames need not wait for a timeout.</summary>
    public void Doubt()
    {
        _doubted = true;
        Check();
    }

    /// <summary>Requests a check, which creates the stream if it is missing.</summary>
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
            // The process is shutting down.
        }
        finally
        {
            _checked.TrySetResult();
        }

        void Report(Exception trouble, TimeSpan pause)
        {
            var reason = trouble is NatsException ? trouble.Message : $"it does not answer within {AnswersWithin.TotalSeconds} s";
            if (Trouble != reason)
                NotThere(rides.Stream.Name, Trouble = reason);
            _checked.TrySetResult();
        }

        async ValueTask EnsureAsync(CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(AnswersWithin);
            _store = await rides.ConsumerAsync(limit.Token);
            Trouble = null;
            _doubted = false;
            _checked.TrySetResult();
        }
    }

    [LoggerMessage(2002, LogLevel.Warning, "The stream {Stream} is unavailable: {Reason}. Retrying until it is available")]
    private partial void NotThere(string stream, string reason);
}
