using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>What NATS.Net's pulls do that ours works around: a test that fails says that a piece of ours may go.</summary>
public sealed class FetchFactsTests : BrokerTest
{
    [Fact]
    public async Task A_fetch_by_bytes_drops_what_a_slow_reader_leaves_beyond_a_thousand_messages()
    {
        const int Sent = 3000;
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, Sent);
        var dropped = 0;
        js.Connection.MessageDropped += (_, _) =>
        {
            Interlocked.Increment(ref dropped);
            return default;
        };

        var opts = new NatsJSFetchOpts { MaxBytes = 10 << 20, Expires = TimeSpan.FromSeconds(3) };
        await using var messages = consumer.FetchAsync<int>(opts, cancellationToken: Deadline).GetAsyncEnumerator(Deadline);
        Assert.True(await messages.MoveNextAsync());
        await Eventually.True(async () => (await InfoAsync(js)).NumAckPending == Sent);
        await js.Connection.PingAsync(Deadline);
        var read = 1;
        while (await messages.MoveNextAsync())
            read++;

        Assert.InRange(read, 1000, 1001);
        await Eventually.True(() => Volatile.Read(ref dropped) == Sent - read);
    }

    [Fact]
    public async Task A_fetch_by_bytes_forgets_its_limit_when_it_reconnects()
    {
        var proxy = Through(await SharedAsync());
        var js = new NatsJSContext(Client(proxy));
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var pulls = await PullsAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        var fetching = ReadAsync(consumer, new() { MaxBytes = 4096, Expires = TimeSpan.FromSeconds(20) }, [], stop.Token);

        var first = await NextAsync(pulls);
        proxy.Reset();
        var again = await NextAsync(pulls);

        Assert.Equal((4096, 0), ((int?)first["max_bytes"], (int?)again["max_bytes"] ?? 0));
        Assert.Equal(1_000_000, (int?)again["batch"]);
        await stop.CancelAsync();
        await fetching;
    }

    [Fact]
    public async Task A_fetch_that_reconnects_asks_for_all_its_messages_again_and_drops_what_is_too_many()
    {
        var (proxy, direct) = (Through(await SharedAsync()), await ContextAsync());
        var js = new NatsJSContext(Client(proxy));
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var pulls = await PullsAsync();
        var read = new List<int>();
        var fetching = ReadAsync(consumer, new() { MaxMsgs = 4, Expires = TimeSpan.FromSeconds(20) }, read, Deadline);
        await NextAsync(pulls);
        await PublishAsync(direct, 2);
        await Eventually.True(() => read.Count == 2);

        proxy.Refusing = true;
        proxy.Reset();
        await Eventually.True(() => js.Connection.ConnectionState == NatsConnectionState.Reconnecting);
        await PublishAsync(direct, 4);
        proxy.Refusing = false;
        await fetching;

        Assert.Equal((4, 4), (read.Count, (int)(await NextAsync(pulls))["batch"]!));
        await Eventually.True(async () => (await InfoAsync(direct)).NumAckPending == 6);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_fetch_from_a_consumer_that_is_gone_ends_without_an_error_and_creates_none(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await js.DeleteConsumerAsync(Mine, "store", Deadline);

        Assert.Empty(await FetchAsync(consumer, 10, seconds: 1));

        await IsGoneAsync(js);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Consuming_from_a_consumer_that_is_gone_notifies_and_neither_ends_nor_creates_one(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await js.DeleteConsumerAsync(Mine, "store", Deadline);
        var notified = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline);

        var consuming = ConsumeAsync(consumer, () => notified++, stop.Token);
        await Eventually.True(() => Volatile.Read(ref notified) >= 2);

        Assert.False(consuming.IsCompleted);
        await IsGoneAsync(js);
        await stop.CancelAsync();
        await Task.WhenAny(consuming, Task.Delay(Patience, Deadline));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Consuming_and_a_fetch_fail_where_the_consumer_is_deleted_while_they_wait(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var consuming = ConsumeAsync(consumer, () => { }, Deadline);
        var fetching = FetchAsync(consumer, 10);
        await Eventually.True(async () => (await InfoAsync(js)).NumWaiting >= 2);

        await js.DeleteConsumerAsync(Mine, "store", Deadline);

        await Assert.ThrowsAsync<NatsJSProtocolException>(() => consuming.WaitAsync(Patience));
        await Assert.ThrowsAsync<NatsJSProtocolException>(() => fetching.WaitAsync(Patience));
    }

    private async Task IsGoneAsync(NatsJSContext js)
    {
        var error = await Assert.ThrowsAsync<NatsJSApiException>(async () => await js.GetConsumerAsync(Mine, "store", Deadline));
        Assert.Equal(10014, error.Error.ErrCode);
    }

    private static async Task ConsumeAsync(INatsJSConsumer consumer, Action notified, CancellationToken cancellationToken)
    {
        var opts = new NatsJSConsumeOpts
        {
            MaxMsgs = 10,
            Expires = TimeSpan.FromSeconds(1),
            IdleHeartbeat = TimeSpan.FromMilliseconds(500),
            NotificationHandler = (_, _) =>
            {
                notified();
                return Task.CompletedTask;
            },
        };
        await foreach (var message in consumer.ConsumeAsync<int>(opts: opts, cancellationToken: cancellationToken))
            Assert.Fail($"{message.Subject} came.");
    }

    private static async Task ReadAsync(INatsJSConsumer consumer, NatsJSFetchOpts opts, List<int> read, CancellationToken cancellationToken)
    {
        await foreach (var message in consumer.FetchAsync<int>(opts, cancellationToken: cancellationToken))
            read.Add(message.Data);
    }
}
