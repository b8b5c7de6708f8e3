using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Spine;

namespace RideIngest.Producer.Frames;

/// <summary>Sees to it that the stream is there: at start, after every reconnect, and whenever somebody finds that it does not answer.</summary>
internal sealed partial class SpineLink(INatsConnection nats, SpineSettings settings, ILogger<SpineLink> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _asked = new(1);
    private volatile INatsJSConsumer? _store;

    /// <summary>Whether the stream has been seen. That it is there now, only a publish can tell.</summary>
    public bool IsReady => _store is not null;

    /// <summary>Why the stream was not there when it was last looked for; null if it was, or if nobody has looked yet.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The durable consumer, whose ack floor tells what has been settled; null before it has been seen.</summary>
    public INatsJSConsumer? Store => _store;

    /// <summary>Has the stream looked for, soon, and created if it is gone.</summary>
    public void Check()
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
        var js = new NatsJSContext(nats);
        nats.ConnectionOpened += (_, _) =>
        {
            Check();
            return default;
        };
        while (true)
        {
            await _asked.WaitAsync(stoppingToken);
            try
            {
                _store = await RidesStream.EnsureAsync(js, settings, stoppingToken);
                Trouble = null;
                continue;
            }
            catch (NatsException trouble)
            {
                if (Trouble != trouble.Message)
                    NotThere(settings.Stream, Trouble = trouble.Message);
            }
            catch (ObjectDisposedException)
            {
                // The process ends.
                return;
            }
            await Task.Delay(Pause, stoppingToken);
            Check();
        }
    }

    [LoggerMessage(2002, LogLevel.Warning, "The stream {Stream} is not to be had: {Reason}. Trying again until it is")]
    private partial void NotThere(string stream, string reason);
}
