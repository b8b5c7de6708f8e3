using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Core;

public sealed class RequestReplyTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_request_gets_its_reply(string server)
    {
        var client = await ConnectAsync(server);
        await AnswerAsync<string>(client, message => message.ReplyAsync($"{message.Data}!", new NatsHeaders { ["Seen"] = "yes" }));

        var reply = await client.RequestAsync<string, string>(Mine, "hello", cancellationToken: Deadline);

        Assert.Equal("hello!", reply.Data);
        Assert.Equal("yes", reply.Headers!["Seen"]);
    }

    [Fact]
    public async Task A_request_may_say_nothing()
    {
        var client = await ConnectAsync();
        await AnswerAsync<string>(client, message => message.ReplyAsync(message.IsEmpty ? "nothing said" : message.Data));

        var reply = await client.RequestAsync<string>(Mine, cancellationToken: Deadline);

        Assert.Equal("nothing said", reply.Data);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_request_that_nobody_listens_to_fails_at_once(string server)
    {
        var client = await ConnectAsync(server);

        await Assert.ThrowsAsync<NatsNoRespondersException>(
            async () => await client.RequestAsync<string, string>(Mine, "hello", cancellationToken: Deadline));
    }

    [Fact]
    public async Task A_caller_may_take_no_responders_as_a_message()
    {
        var client = await ConnectAsync();

        var reply = await client.RequestAsync<string, string>(
            Mine, "hello", replyOpts: new NatsSubOpts { ThrowIfNoResponders = false }, cancellationToken: Deadline);

        Assert.True(reply.HasNoResponders);
        Assert.Null(reply.Data);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_times_out()
    {
        var client = await ConnectAsync();
        await SubscribeAsync<string>(client, Mine);

        await Assert.ThrowsAsync<NatsNoReplyException>(async () => await client.RequestAsync<string, string>(
            Mine, "hello", replyOpts: new NatsSubOpts { Timeout = TimeSpan.FromMilliseconds(150) }, cancellationToken: Deadline));
    }

    [Fact]
    public async Task The_connections_own_request_timeout_is_the_default()
    {
        var client = await ConnectAsync(change: opts => opts with { RequestTimeout = TimeSpan.FromMilliseconds(150) });
        await SubscribeAsync<string>(client, Mine);

        await Assert.ThrowsAsync<NatsNoReplyException>(async () => await client.RequestAsync<string, string>(Mine, "hello", cancellationToken: Deadline));
    }

    [Fact]
    public async Task Cancelling_a_request_ends_it_and_leaves_the_others()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);
        using var cancel = new CancellationTokenSource();
        var given = client.RequestAsync<string, string>(Mine, "given up", cancellationToken: cancel.Token).AsTask();
        var kept = client.RequestAsync<string, string>(Mine, "kept", cancellationToken: Deadline).AsTask();
        var asked = await TakeAsync(sub, 2);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WaitAsync(Patience));
        foreach (var message in asked)
            await message.ReplyAsync(message.Data, cancellationToken: Deadline);

        Assert.Equal("kept", (await kept.WaitAsync(Patience)).Data);
    }

    [Theory]
    [InlineData(NatsRequestReplyMode.Direct)]
    [InlineData(NatsRequestReplyMode.SharedInbox)]
    public async Task Many_requests_at_once_each_get_their_own_reply_in_whatever_order(NatsRequestReplyMode mode)
    {
        var client = await ConnectAsync(change: opts => opts with { RequestReplyMode = mode });
        var sub = await SubscribeAsync<int>(client, Mine);
        var requests = Enumerable.Range(0, 500)
            .Select(i => client.RequestAsync<int, int>(Mine, i, cancellationToken: Deadline).AsTask()).ToArray();
        var asked = await TakeAsync(sub, requests.Length);
        new Random(7).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(asked));

        foreach (var message in asked)
            await message.ReplyAsync(message.Data * 3, cancellationToken: Deadline);

        var replies = await Task.WhenAll(requests).WaitAsync(Patience);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 3), replies.Select(reply => reply.Data));
    }

    [Fact]
    public async Task A_late_reply_reaches_nobody_and_harms_nothing()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);
        await Assert.ThrowsAsync<NatsNoReplyException>(async () => await client.RequestAsync<string, string>(
            Mine, "slow", replyOpts: new NatsSubOpts { Timeout = TimeSpan.FromMilliseconds(50) }, cancellationToken: Deadline));
        var slow = (await TakeAsync(sub, 1))[0];

        var next = client.RequestAsync<string, string>(Mine, "next", cancellationToken: Deadline).AsTask();
        await slow.ReplyAsync("too late", cancellationToken: Deadline);
        await (await TakeAsync(sub, 1))[0].ReplyAsync("in time", cancellationToken: Deadline);

        Assert.Equal("in time", (await next.WaitAsync(Patience)).Data);
    }

    [Fact]
    public async Task A_second_reply_never_answers_the_next_request()
    {
        var client = await ConnectAsync();
        await AnswerAsync<int>(client, async message =>
        {
            await message.ReplyAsync(message.Data);
            await message.ReplyAsync(message.Data);
        });

        for (var i = 0; i < 200; i++)
            Assert.Equal(i, (await client.RequestAsync<int, int>(Mine, i, cancellationToken: Deadline)).Data);
    }

    [Fact]
    public async Task A_big_reply_arrives_whole()
    {
        var client = await ConnectAsync();
        await client.ConnectAsync();
        var big = new byte[client.ServerInfo!.MaxPayload];
        new Random(1).NextBytes(big);
        await AnswerAsync<string>(client, message => message.ReplyAsync(big));

        var reply = await client.RequestAsync<string, byte[]>(Mine, "all of it", cancellationToken: Deadline);

        Assert.True(big.AsSpan().SequenceEqual(reply.Data));
    }

    [Fact]
    public async Task Request_many_yields_replies_until_the_empty_one()
    {
        var client = await ConnectAsync();
        await AnswerAsync<string>(client, async message =>
        {
            for (var i = 0; i < 3; i++)
                await message.ReplyAsync(i);
            await message.ReplyAsync();
        });

        var replies = new List<int?>();
        await foreach (var reply in client.RequestManyAsync<string, int?>(
            Mine, "all", replyOpts: new NatsSubOpts { StopOnEmptyMsg = true }, cancellationToken: Deadline))
            replies.Add(reply.Data);

        Assert.Equal([0, 1, 2], replies.Where(reply => reply is not null));
    }

    [Fact]
    public async Task An_inbox_has_the_configured_prefix_and_is_new_each_time()
    {
        var client = await ConnectAsync(change: opts => opts with { InboxPrefix = "MY_INBOX" });
        var inboxes = Enumerable.Range(0, 1_000).Select(_ => client.NewInbox()).ToHashSet();

        Assert.Equal(1_000, inboxes.Count);
        Assert.All(inboxes, inbox => Assert.StartsWith("MY_INBOX.", inbox, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_inbox_is_heard_and_what_lies_around_it_is_not()
    {
        var client = await ConnectAsync();
        var other = await ConnectAsync();
        var inbox = client.NewInbox();
        var sub = await SubscribeAsync<string>(client, inbox);

        foreach (var around in (string[])[$"{inbox}.*", $"{inbox}.deeper", $"{inbox[..inbox.LastIndexOf('.')]}.*"])
        {
            // NATS.Net takes it and delivers nothing; to be told is better.
            if (await Record.ExceptionAsync(async () => await SubscribeAsync<string>(client, around)) is { } refused)
                Assert.IsAssignableFrom<NatsException>(refused);
        }
        await Assert.ThrowsAnyAsync<NatsException>(async () => await SubscribeAsync<string>(client, inbox, queueGroup: "some"));
        await other.PublishAsync(inbox, "exactly", cancellationToken: Deadline);

        Assert.Equal("exactly", (await TakeAsync(sub, 1))[0].Data);
    }

    [Fact]
    public async Task A_request_that_is_cancelled_before_it_is_made_is_a_task_that_says_so()
    {
        var client = await ConnectAsync();
        await client.ConnectAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var request = client.RequestAsync<string, string>(Mine, "nobody", cancellationToken: cancelled.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await request);
    }

    private async Task AnswerAsync<T>(NatsConnection client, Func<NatsMsg<T>, ValueTask> answer)
    {
        var sub = await SubscribeAsync<T>(client, Mine);
        _ = Task.Run(async () =>
        {
            await foreach (var message in sub.Msgs.ReadAllAsync())
                await answer(message);
        });
    }
}
