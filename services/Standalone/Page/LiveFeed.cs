using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Processes;

namespace RideIngest.Standalone.Page;

/// <summary>The state that the page receives once a second.</summary>
/// <param name="Second">The latest sample of <see cref="History.All"/>.</param>
/// <param name="Answered">Records answered since the start, in the order of <see cref="Status"/>.</param>
/// <param name="State">The overall state as HTML; null if not known yet.</param>
/// <param name="Page">The part of the page about servers and process, as HTML.</param>
internal sealed record LiveState(
    double[] Second, long[] Answered, long Stored, long Waiting, long? Backlog, double Oldest, double? P50, double? P99,
    string Instance, IReadOnlyList<InstanceLine> Instances, IReadOnlyList<FailureLine> Failures, string? State, string? Page);

/// <summary>
/// Measures once a second and sends the result to watchers. Expensive checks (servers, dead letters) run only while there is a watcher.
/// </summary>
internal sealed partial class LiveFeed(
    Traffic traffic, History history, Instances instances, Failures failures, Overview overview, ServiceIdentity identity,
    ILogger<LiveFeed> logger)
        : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly HashSet<Channel<byte[]>> _watchers = [];
    private Task _looking = Task.CompletedTask;
    private OverviewReport? _seen;

    /// <summary>Adds a watcher, which receives the latest state at once.</summary>
    public Watcher Enter()
    {
        // A slow watcher gets only the latest state.
        var channel = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        IReadOnlyList<double[]> seconds;
        lock (_watchers)
        {
            _watchers.Add(channel);
            seconds = history.All;

            // The last check of the servers may be old, and the rendered page already has a current one.
            if (seconds.Count > 0)
                channel.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(State(seconds[^1]) with { State = null, Page = null }, Json));
        }
        return new Watcher(JsonSerializer.SerializeToUtf8Bytes(seconds, Json), channel.Reader, () => Leave(channel));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // Not a periodic timer: after a late tick it fires early, and a rate over a very short time is meaningless.
            await Task.Delay(Period, stoppingToken);
            traffic.Answers.Tick();
            var second = history.Tick(DateTimeOffset.UtcNow);
            Channel<byte[]>[] watchers;
            lock (_watchers)
                watchers = [.. _watchers];
            if (watchers.Length == 0)
                continue;

            // A server that hangs must not delay the tick.
            if (_looking.IsCompleted)
                _looking = LookAsync(stoppingToken);
            var state = JsonSerializer.SerializeToUtf8Bytes(State(second), Json);
            foreach (var watcher in watchers)
                watcher.Writer.TryWrite(state);
        }
    }

    private LiveState State(double[] second)
    {
        var answered = new long[second.Length - 1];
        traffic.ReadAnswered(answered);
        return new LiveState(
            second, answered, traffic.Stored, traffic.Waiting, instances.Backlog(), traffic.Oldest, traffic.Answers.Quantile(0.5),
            traffic.Answers.Quantile(0.99),
            identity.Instance, instances.All(), failures.All(),
            _seen is null ? null : OverviewHtml.State(_seen), _seen is null ? null : OverviewHtml.Status(_seen));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await failures.LookAsync(cancellationToken);
            _seen = await overview.ReportAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A failure of the page must not end the process.
            NotSeen(e);
        }
    }

    private void Leave(Channel<byte[]> channel)
    {
        lock (_watchers)
            _watchers.Remove(channel);
    }

    [LoggerMessage(2020, LogLevel.Warning, "The page at / cannot read the state of the servers; it keeps showing the last known state")]
    private partial void NotSeen(Exception exception);
}

/// <summary>A viewer of the page.</summary>
internal sealed class Watcher(byte[] history, ChannelReader<byte[]> states, Action leave) : IDisposable
{
    /// <summary>The history before the viewer connected.</summary>
    public byte[] History => history;

    public IAsyncEnumerable<byte[]> StatesAsync(CancellationToken cancellationToken) => states.ReadAllAsync(cancellationToken);

    public void Dispose() => leave();
}
