using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Net;

namespace RideIngest.Integration.Nats.JetStream;

public sealed class PublishTests : JetStreamTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_publish_is_acknowledged_with_stream_and_sequence(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);

        for (var i = 1UL; i <= 3; i++)
        {
            var ack = await js.PublishAsync($"{Mine}.a", "x", headers: new NatsHeaders { ["Ride-Count"] = "1" }, cancellationToken: Deadline);
            ack.EnsureSuccess();
            Assert.Equal((Mine, i, false), (ack.Stream, ack.Seq, ack.Duplicate));
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_message_id_is_stored_once(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var opts = new NatsJSPubOpts { MsgId = "frame-1" };

        var first = await js.PublishAsync($"{Mine}.a", 1, opts: opts, cancellationToken: Deadline);
        var again = await js.PublishAsync($"{Mine}.a", 1, opts: opts, cancellationToken: Deadline);

        Assert.False(first.Duplicate);
        Assert.True(again.Duplicate);
        Assert.Equal(first.Seq, again.Seq);
        Assert.Throws<NatsJSDuplicateMessageException>(again.EnsureSuccess);
        Assert.Equal(1, (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.State.Messages);
    }

    [Fact]
    public async Task Expectations_that_fail_refuse_the_publish()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        await js.PublishAsync($"{Mine}.a", 1, opts: new NatsJSPubOpts { MsgId = "one" }, cancellationToken: Deadline);

        Assert.Equal(10071, await ErrorAsync(new NatsJSPubOpts { ExpectedLastSequence = 7 }));
        Assert.Equal(10071, await ErrorAsync(new NatsJSPubOpts { ExpectedLastSubjectSequence = 7 }));
        Assert.Equal(10070, await ErrorAsync(new NatsJSPubOpts { ExpectedLastMsgId = "two" }));
        Assert.Equal(10060, await ErrorAsync(new NatsJSPubOpts { ExpectedStream = "OTHER" }));
        Assert.Equal(0, await ErrorAsync(new NatsJSPubOpts { ExpectedLastSequence = 1, ExpectedLastMsgId = "one", ExpectedStream = Mine }));

        async Task<int> ErrorAsync(NatsJSPubOpts opts)
        {
            var ack = await js.PublishAsync($"{Mine}.a", 2, opts: opts, cancellationToken: Deadline);
            if (ack.Error is not null)
                Assert.Throws<NatsJSApiException>(ack.EnsureSuccess);
            return ack.Error?.ErrCode ?? 0;
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_full_stream_that_discards_new_refuses(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js, config =>
        {
            config.Discard = StreamConfigDiscard.New;
            config.MaxMsgs = 2;
        });
        await PublishAsync(js, 0, 2);

        var ack = await js.PublishAsync($"{Mine}.a", 3, cancellationToken: Deadline);

        Assert.Equal(503, ack.Error!.Code);
        Assert.Equal(10077, ack.Error.ErrCode);
        Assert.False(ack.IsSuccess());
    }

    [Fact]
    public async Task A_publish_that_no_stream_takes_fails_after_the_attempts_asked_for()
    {
        var js = await ContextAsync();

        await Assert.ThrowsAsync<NatsJSPublishNoResponseException>(async () => await js.PublishAsync(
            Mine, 1, opts: new NatsJSPubOpts { RetryAttempts = 2, RetryWaitBetweenAttempts = TimeSpan.FromMilliseconds(10) }, cancellationToken: Deadline));
        var result = await js.TryPublishAsync(Mine, 1, cancellationToken: Deadline);
        Assert.False(result.Success);
        Assert.IsType<NatsJSPublishNoResponseException>(result.Error);
    }

    [Fact]
    public async Task No_responders_is_tried_again_until_the_stream_is_there()
    {
        var js = await ContextAsync();
        var opts = new NatsJSPubOpts { RetryAttempts = 1_000, RetryWaitBetweenAttempts = TimeSpan.FromMilliseconds(20) };
        var asked = await SubscribeToAdvisoriesAsync(js);

        var publishing = js.PublishAsync($"{Mine}.a", 1, opts: opts, cancellationToken: Deadline).AsTask();
        await js.Connection.PingAsync(Deadline);
        Assert.False(publishing.IsCompleted);
        await StreamAsync(js);

        Assert.Equal(1UL, (await publishing.WaitAsync(Patience)).Seq);
        await asked.DisposeAsync();
    }

    [Fact]
    public async Task Many_publishes_at_once_are_all_acknowledged()
    {
        var js = await ContextAsync();
        await StreamAsync(js);

        var acks = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => js.PublishAsync($"{Mine}.{i}", i, cancellationToken: Deadline).AsTask()));

        Assert.Equal(Enumerable.Range(1, 500).Select(i => (ulong)i), acks.Select(ack => ack.Seq).Order());
    }

    [Fact]
    public async Task Concurrent_publishes_give_their_acknowledgements_later_and_keep_their_order_though_the_connection_opens_first()
    {
        await StreamAsync(await ContextAsync());
        var js = await ContextAsync();
        var futures = new List<NatsJSPublishConcurrentFuture>();

        for (var i = 0; i < 20; i++)
            futures.Add(await js.PublishConcurrentAsync($"{Mine}.{i}", i, cancellationToken: Deadline));

        for (var i = 0; i < 20; i++)
        {
            await using var future = futures[i];
            Assert.Equal((ulong)i + 1, (await future.GetResponseAsync(Deadline)).Seq);
        }
    }

    [Fact]
    public async Task An_acknowledgement_that_nobody_waits_for_leaves_nothing_behind_when_it_does_not_come()
    {
        var client = await ConnectAsync();
        await client.CreateJetStreamContext().GetAccountInfoAsync(Deadline);
        var js = new NatsJSContext(client, new NatsJSOpts(client.Opts, requestTimeout: TimeSpan.FromMilliseconds(100)));
        await SubscribeAsync<string>(client, Mine);

        var forgotten = await PublishAndForgetAsync(js);

        await UntilAsync(
            () =>
            {
                GC.Collect();
                return !forgotten.IsAlive;
            },
            "the publish is forgotten after its timeout");
    }

    [Fact]
    public async Task A_publish_that_is_tried_again_sends_owned_memory_as_it_was()
    {
        // The package gives the memory back after the first try.
        if (!Subject.IsOurs)
            return;
        var js = await ContextAsync();
        await js.GetAccountInfoAsync(Deadline);
        var payload = NatsMemoryOwner<byte>.Allocate(300);
        payload.Span.Fill(7);
        var opts = new NatsJSPubOpts { RetryAttempts = 1_000, RetryWaitBetweenAttempts = TimeSpan.FromMilliseconds(5) };

        var publishing = js.PublishAsync($"{Mine}.x", payload, opts: opts, cancellationToken: Deadline).AsTask();
        var reused = NatsMemoryOwner<byte>.Allocate(300);
        reused.Span.Fill(9);
        await StreamAsync(js);
        var ack = await publishing.WaitAsync(Patience);

        var stream = await js.GetStreamAsync(Mine, cancellationToken: Deadline);
        var stored = await stream.GetAsync(new StreamMsgGetRequest { Seq = ack.Seq }, Deadline);
        Assert.All(stored.Message.Data.ToArray(), value => Assert.Equal(7, value));
    }

    private async Task<WeakReference> PublishAndForgetAsync(NatsJSContext js)
    {
        var cancel = new CancellationTokenSource();
        await using var future = await js.PublishConcurrentAsync(Mine, "nobody answers", cancellationToken: cancel.Token);
        return new WeakReference(cancel);
    }

    // A second listener that is no responder of the publish: it proves that advisories do not count as an answer.
    private async Task<INatsSub<string>> SubscribeToAdvisoriesAsync(INatsJSContext js)
        => await SubscribeAsync<string>((NatsConnection)js.Connection, "$JS.EVENT.ADVISORY.>");
}
