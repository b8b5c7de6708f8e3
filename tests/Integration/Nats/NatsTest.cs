using System.Collections.Concurrent;
using System.Diagnostics;
using NATS.Client.Core;
using RideIngest.LocalServers;

namespace RideIngest.Integration.Nats;

/// <summary>What a test of the NATS client needs: names of its own, connections that are closed after it, and waiting with a deadline.</summary>
public abstract class NatsTest : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly ConcurrentBag<Task> _beside = [];
    private readonly ConcurrentDictionary<NatsConnection, int> _openings = new();

    /// <summary>A name that no other test has: good as a subject, a stream, a bucket.</summary>
    protected string Mine { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>Ends a test that hangs.</summary>
    protected CancellationToken Deadline { get; } = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _owned.Reverse();
        foreach (var each in _owned)
            await each.DisposeAsync();
    }

    protected T Own<T>(T disposable) where T : IAsyncDisposable
    {
        lock (_owned)
            _owned.Add(disposable);
        return disposable;
    }

    protected NatsConnection Client(NatsServer server, Func<NatsOpts, NatsOpts>? change = null) => Client(server.Url, change);

    /// <summary>A connection that comes back quickly, and waits for a handshake as long as a busy machine may need. It is not open yet.</summary>
    protected NatsConnection Client(string url, Func<NatsOpts, NatsOpts>? change = null)
    {
        var opts = new NatsOpts
        {
            Url = url,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ReconnectWaitMin = TimeSpan.FromMilliseconds(20),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(100),
            ReconnectJitter = TimeSpan.FromMilliseconds(10),
        };
        var client = Own(new NatsConnection(change?.Invoke(opts) ?? opts));
        client.ConnectionOpened += (_, _) =>
        {
            _openings.AddOrUpdate(client, 1, (_, count) => count + 1);
            return ValueTask.CompletedTask;
        };
        return client;
    }

    protected async Task<NatsConnection> ConnectAsync(string version = "", Func<NatsOpts, NatsOpts>? change = null)
        => Client(await NatsServers.SharedAsync(version), change);

    /// <summary>Subscribes, and returns when the server knows it.</summary>
    protected async Task<INatsSub<T>> SubscribeAsync<T>(NatsConnection client, string subject, string? queueGroup = null, NatsSubOpts? opts = null)
    {
        var sub = Own(await client.SubscribeCoreAsync<T>(subject, queueGroup, opts: opts, cancellationToken: Deadline));
        await client.PingAsync(Deadline);
        return sub;
    }

    protected async Task<List<NatsMsg<T>>> TakeAsync<T>(INatsSub<T> sub, int count)
    {
        var messages = new List<NatsMsg<T>>(count);
        while (messages.Count < count)
            messages.Add(await sub.Msgs.ReadAsync(Deadline).AsTask().WaitAsync(Patience));
        return messages;
    }

    /// <summary>Runs beside the test. If it fails, whoever waits hears of it.</summary>
    protected void Beside(Func<Task> run) => _beside.Add(Task.Run(run));

    /// <summary>Waits until it is so.</summary>
    protected Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    protected async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var clock = Stopwatch.StartNew(); !await condition();)
        {
            await FailedAsync();
            Assert.True(clock.Elapsed < Patience, $"Waited {Patience.TotalSeconds:0} s in vain: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>Completes when the connection is told to have opened for the second time.</summary>
    protected Task ReopeningAsync(NatsConnection client) => UntilAsync(() => _openings.GetValueOrDefault(client) >= 2, "the client comes back");

    private Task FailedAsync() => _beside.FirstOrDefault(task => task.IsFaulted) ?? Task.CompletedTask;
}
