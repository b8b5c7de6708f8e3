using System.Text.Json.Nodes;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>
/// What we rely on in nats-server and in NATS.Net. A test has a stream of its own, <see cref="Mine"/>, and a consumer <c>store</c>.
/// </summary>
public abstract class BrokerTest : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = Deadlines.Hang;

    private readonly List<IAsyncDisposable> _owned = [];

    /// <summary>Of nats-server.</summary>
    public static TheoryData<string> Versions { get; } = new(NatsVersions.All.Select(version => (string)version[0]));

    /// <summary>A name that no other test has: good as a subject and as a stream.</summary>
    protected string Mine { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>Ends a test that hangs.</summary>
    protected CancellationToken Deadline { get; } = Deadlines.Begin();

    private static string Newest => (string)NatsVersions.All.Last()[0];

    private readonly Dictionary<TcpProxy, string> _urls = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var each in Enumerable.Reverse(_owned))
            await each.DisposeAsync();
    }

    protected T Own<T>(T disposable) where T : IAsyncDisposable
    {
        lock (_owned)
            _owned.Add(disposable);
        return disposable;
    }

    protected static Task<NatsServer> SharedAsync(string? version = null) => TestNats.SharedAsync(version ?? Newest);

    /// <summary>
    /// A server for one test, which asks for a password unless it is configured otherwise. It need not sync: no test outlives a power cut.
    /// </summary>
    protected async Task<NatsServer> OwnAsync(string? version = null, string config = "")
    {
        var options = new NatsServerOptions { Config = config, RequirePassword = config.Length == 0, SyncAlways = false };
        return Own(await TestNats.PrivateAsync(version ?? Newest, options, Deadline));
    }

    /// <summary>A way to a server that can be cut.</summary>
    protected TcpProxy Through(NatsServer server)
    {
        var proxy = Own(new TcpProxy(TcpProxy.Host, server.Port));
        _urls[proxy] = server.UrlAt(proxy.Port);
        return proxy;
    }

    protected string UrlOf(TcpProxy proxy) => _urls[proxy];

    protected NatsConnection Client(TcpProxy proxy, Func<NatsOpts, NatsOpts>? change = null) => Client(UrlOf(proxy), change);

    /// <summary>A connection that comes back quickly. It opens when it is first used.</summary>
    protected NatsConnection Client(string url, Func<NatsOpts, NatsOpts>? change = null)
    {
        var opts = new NatsOpts
        {
            Url = url,
            ConnectTimeout = Patience,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(20),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(100),
            ReconnectJitter = TimeSpan.FromMilliseconds(10),
        };
        return Own(new NatsConnection(change?.Invoke(opts) ?? opts));
    }

    protected async Task<NatsConnection> ClientAsync(string? version = null) => Client((await SharedAsync(version)).Url);

    protected async Task<NatsJSContext> ContextAsync(string? version = null) => new(await ClientAsync(version));

    /// <summary>Subscribes, and returns when the server knows it.</summary>
    protected async Task<INatsSub<T>> SubscribeAsync<T>(INatsConnection nats, string subject)
    {
        var sub = Own(await nats.SubscribeCoreAsync<T>(subject, cancellationToken: Deadline));
        await nats.PingAsync(Deadline);
        return sub;
    }

    protected ValueTask<INatsJSStream> StreamAsync(NatsJSContext js, Action<StreamConfig>? change = null)
    {
        var config = new StreamConfig(Mine, [$"{Mine}.>"])
        {
            Storage = StreamConfigStorage.Memory,
            Retention = StreamConfigRetention.Workqueue,
        };
        change?.Invoke(config);
        return js.CreateStreamAsync(config, Deadline);
    }

    protected ValueTask<INatsJSConsumer> ConsumerAsync(NatsJSContext js, Action<ConsumerConfig>? change = null)
    {
        var config = new ConsumerConfig("store") { AckPolicy = ConsumerConfigAckPolicy.Explicit, MaxAckPending = 50_000 };
        change?.Invoke(config);
        return js.CreateOrUpdateConsumerAsync(Mine, config, Deadline);
    }

    /// <summary>Publishes the numbers from 0 on.</summary>
    protected async Task PublishAsync(NatsJSContext js, int count)
    {
        var numbers = Enumerable.Range(0, count);
        var acks = await Task.WhenAll(numbers.Select(i => js.PublishAsync($"{Mine}.a", i, cancellationToken: Deadline).AsTask()));
        Assert.All(acks, ack => ack.EnsureSuccess());
    }

    protected async Task<List<INatsJSMsg<int>>> FetchAsync(INatsJSConsumer consumer, int most, int seconds = 10)
    {
        var messages = new List<INatsJSMsg<int>>();
        var opts = new NatsJSFetchOpts { MaxMsgs = most, Expires = TimeSpan.FromSeconds(seconds) };
        await foreach (var message in consumer.FetchAsync<int>(opts, cancellationToken: Deadline))
            messages.Add(message);
        return messages;
    }

    protected async Task<StreamState> StateAsync(NatsJSContext js) =>
        (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.State;

    protected async Task<ConsumerInfo> InfoAsync(NatsJSContext js) => (await js.GetConsumerAsync(Mine, "store", Deadline)).Info;

    /// <summary>Hears every pull that the server is asked for.</summary>
    protected async Task<INatsSub<string>> PullsAsync() =>
        await SubscribeAsync<string>(await ClientAsync(), $"$JS.API.CONSUMER.MSG.NEXT.{Mine}.store");

    protected async Task<JsonNode> NextAsync(INatsSub<string> pulls) => JsonNode.Parse((await pulls.Msgs.ReadAsync(Deadline)).Data!)!;
}
