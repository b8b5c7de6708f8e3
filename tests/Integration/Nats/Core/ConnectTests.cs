using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Core;

public sealed class ConnectTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task Connecting_tells_about_the_server(string version)
    {
        var server = await NatsServers.SharedAsync(version);
        var client = Client(server);
        Assert.Equal(NatsConnectionState.Closed, client.ConnectionState);
        Assert.Null(client.ServerInfo);

        await client.ConnectAsync();

        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
        Assert.Equal(server.Version, client.ServerInfo!.Version.Split('-')[0]);
        Assert.Equal(server.Name, client.ServerInfo.Name);
        Assert.Equal(1024 * 1024, client.ServerInfo.MaxPayload);
        Assert.True(client.ServerInfo.HeadersSupported);
        Assert.True(client.ServerInfo.JetStreamAvailable);
    }

    [Fact]
    public async Task A_connection_does_not_keep_the_context_of_whoever_opened_it()
    {
        // The package does.
        if (!Subject.IsOurs)
            return;
        var client = await ConnectAsync();
        var context = new AsyncLocal<string?> { Value = "the request that came first" };
        await client.ConnectAsync();
        context.Value = null;
        var read = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sub = await client.SubscribeCoreAsync(Mine, serializer: new ContextReader(context, read), cancellationToken: Deadline);

        await client.PublishAsync(Mine, "x", cancellationToken: Deadline);

        Assert.Null(await read.Task.WaitAsync(Patience));
    }

    [Fact]
    public async Task Ping_measures_a_round_trip()
    {
        var client = await ConnectAsync();

        var trip = await client.PingAsync(Deadline);

        Assert.InRange(trip, TimeSpan.Zero, Patience);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.PingAsync(Deadline).AsTask())).WaitAsync(Patience);
    }

    [Fact]
    public async Task The_first_use_connects()
    {
        var publisher = await ConnectAsync();
        var subscriber = await ConnectAsync();
        var sub = await SubscribeAsync<string>(subscriber, Mine);

        await publisher.PublishAsync(Mine, "lazily", cancellationToken: Deadline);

        Assert.Equal("lazily", (await TakeAsync(sub, 1))[0].Data);
        Assert.Equal(NatsConnectionState.Open, publisher.ConnectionState);
    }

    [Fact]
    public async Task Many_first_uses_at_once_make_one_connection()
    {
        var server = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", server.Port));
        var client = Client($"nats://127.0.0.1:{proxy.Port}");

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => client.PublishAsync(Mine, 1, cancellationToken: Deadline).AsTask())));
        await client.PingAsync(Deadline);

        Assert.Equal(1, proxy.Accepted);
    }

    [Fact]
    public async Task Of_several_urls_the_first_that_answers_is_taken()
    {
        var server = await NatsServers.SharedAsync();
        var client = Client($"nats://127.0.0.1:1,{server.Url}", opts => opts with { NoRandomize = true });

        await client.ConnectAsync();

        Assert.Equal(server.Name, client.ServerInfo!.Name);
    }

    [Fact]
    public async Task A_server_that_is_passed_over_for_another_is_a_warning()
    {
        var lines = new Lines();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(lines));
        var client = Client($"nats://127.0.0.1:1,{(await NatsServers.SharedAsync()).Url}", opts => opts with { NoRandomize = true, LoggerFactory = logging });

        await client.ConnectAsync();

        if (Subject.IsOurs)
            Assert.Contains(lines.Warnings, line => line.StartsWith("Could not connect to NATS at 127.0.0.1:1, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails_the_first_connect()
    {
        var client = Client("nats://127.0.0.1:1");

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task A_server_that_says_nothing_fails_the_first_connect_within_the_timeout()
    {
        var proxy = Own(new TcpProxy("127.0.0.1", (await NatsServers.SharedAsync()).Port));
        proxy.BlackHole();
        var client = Client($"nats://127.0.0.1:{proxy.Port}", opts => opts with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task RetryOnInitialConnect_waits_for_a_server_to_appear()
    {
        var server = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", server.Port) { Refusing = true });
        var client = Client($"nats://127.0.0.1:{proxy.Port}", opts => opts with { RetryOnInitialConnect = true });

        var connecting = client.ConnectAsync().AsTask();
        await UntilAsync(() => proxy.Accepted >= 3, "the client tries again");
        proxy.Refusing = false;
        await connecting.WaitAsync(Patience);
        await client.PingAsync(Deadline);

        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
    }

    [Fact]
    public async Task A_disposed_connection_does_nothing_more()
    {
        var client = await ConnectAsync();
        await client.PingAsync(Deadline);

        await client.DisposeAsync();
        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await client.PublishAsync(Mine, "x", cancellationToken: Deadline));
    }

    [Fact]
    public async Task Disposing_loses_nothing_that_was_sent()
    {
        var receiver = await ConnectAsync();
        var sub = await SubscribeAsync<int>(receiver, Mine);
        var sender = await ConnectAsync();

        for (var i = 0; i < 1_000; i++)
            await sender.PublishAsync(Mine, i, cancellationToken: Deadline);
        // The package drops what its writer has not taken yet.
        if (!Subject.IsOurs)
            await sender.PingAsync(Deadline);
        await sender.DisposeAsync();

        Assert.Equal(Enumerable.Range(0, 1_000), (await TakeAsync(sub, 1_000)).Select(message => message.Data));
    }

    [Fact]
    public async Task Disposing_completes_subscriptions_and_pending_requests()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);
        var request = client.RequestAsync<string, string>(
            Mine, "never answered", replyOpts: new NatsSubOpts { Timeout = TimeSpan.FromSeconds(3) }, cancellationToken: Deadline).AsTask();
        await TakeAsync(sub, 1);

        await client.DisposeAsync().AsTask().WaitAsync(Patience);

        await Record.ExceptionAsync(() => sub.Msgs.Completion.WaitAsync(Patience));
        Assert.True(sub.Msgs.Completion.IsCompleted);
        Assert.NotNull(await Record.ExceptionAsync(() => request.WaitAsync(Patience)));
        Assert.True(request.IsCompleted);
    }

    [Fact]
    public async Task Disposing_with_drain_delivers_what_the_server_had_sent()
    {
        var client = await ConnectAsync(change: opts => opts with { DrainSubscriptionsOnDispose = true });
        var sub = await SubscribeAsync<int>(client, Mine);
        for (var i = 0; i < 500; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        await client.PingAsync(Deadline);
        var reading = Task.Run(async () =>
        {
            var all = new List<int>();
            await foreach (var message in sub.Msgs.ReadAllAsync())
                all.Add(message.Data);
            return all;
        });

        await client.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 500), await reading.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_refused_before_it_is_sent_and_the_connection_stays()
    {
        var server = Own(await NatsServers.OwnAsync("max_payload: 1000"));
        var client = Client(server);
        var sub = await SubscribeAsync<byte[]>(client, Mine);
        var reopened = false;
        client.ConnectionDisconnected += (_, _) =>
        {
            reopened = true;
            return ValueTask.CompletedTask;
        };

        await Assert.ThrowsAsync<NatsPayloadTooLargeException>(async () => await client.PublishAsync(Mine, new byte[1_001], cancellationToken: Deadline));
        await Assert.ThrowsAsync<NatsPayloadTooLargeException>(async () => await client.PublishAsync(
            Mine, new byte[990], new NatsHeaders { ["Counts"] = "as payload" }, cancellationToken: Deadline));
        await client.PublishAsync(Mine, new byte[1_000], cancellationToken: Deadline);

        Assert.Equal(1_000, (await TakeAsync(sub, 1))[0].Data!.Length);
        Assert.False(reopened);
    }

    private sealed class ContextReader(AsyncLocal<string?> context, TaskCompletionSource<string?> read) : INatsDeserialize<string>
    {
        public string? Deserialize(in ReadOnlySequence<byte> buffer)
        {
            read.TrySetResult(context.Value);
            return "";
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Warnings.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
