using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Core;

public sealed class PublishSubscribeTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_message_arrives_with_subject_reply_and_payload(string server)
    {
        var client = await ConnectAsync(server);
        var sub = await SubscribeAsync<string>(client, Mine);

        await client.PublishAsync(Mine, "hello", replyTo: "answer.here", cancellationToken: Deadline);

        var message = (await TakeAsync(sub, 1))[0];
        Assert.Equal(Mine, message.Subject);
        Assert.Equal("answer.here", message.ReplyTo);
        Assert.Equal("hello", message.Data);
        Assert.Null(message.Headers);
        Assert.Null(message.Error);
        Assert.Same(client, message.Connection);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Every_payload_size_up_to_max_payload_arrives_whole(string server)
    {
        var client = await ConnectAsync(server);
        var sub = await SubscribeAsync<byte[]>(client, Mine);
        await client.ConnectAsync();
        int[] sizes = [1, 2, 3, 15, 16, 17, 255, 256, 4095, 4096, 4097, 65535, 65536, 65537, 200_000, client.ServerInfo!.MaxPayload];
        var payloads = sizes.Select(Bytes).ToArray();

        foreach (var payload in payloads)
            await client.PublishAsync(Mine, payload, cancellationToken: Deadline);

        var received = await TakeAsync(sub, payloads.Length);
        for (var i = 0; i < payloads.Length; i++)
            Assert.True(payloads[i].AsSpan().SequenceEqual(received[i].Data), $"{sizes[i]} bytes");
    }

    [Fact]
    public async Task An_empty_payload_is_a_message()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<byte[]>(client, Mine);

        await client.PublishAsync(Mine, cancellationToken: Deadline);
        await client.PublishAsync(Mine, Array.Empty<byte>(), cancellationToken: Deadline);
        await client.PublishAsync(Mine, new byte[] { 1 }, cancellationToken: Deadline);

        var received = await TakeAsync(sub, 3);
        Assert.Equal([0, 0, 1], received.Select(message => message.Data?.Length ?? 0));
    }

    [Fact]
    public async Task Unicode_passes_in_subjects_and_payloads()
    {
        var client = await ConnectAsync();
        var subject = $"{Mine}.θέμα.主題.🚕";
        var sub = await SubscribeAsync<string>(client, $"{Mine}.>");

        await client.PublishAsync(subject, "Fahrt nach Köln 🚖 𝄞", cancellationToken: Deadline);

        var message = (await TakeAsync(sub, 1))[0];
        Assert.Equal(subject, message.Subject);
        Assert.Equal("Fahrt nach Köln 🚖 𝄞", message.Data);
    }

    [Fact]
    public async Task Order_is_kept_within_a_subject_and_across_subjects()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, $"{Mine}.*");

        for (var i = 0; i < 5_000; i++)
            await client.PublishAsync($"{Mine}.{i % 7}", i, cancellationToken: Deadline);

        Assert.Equal(Enumerable.Range(0, 5_000), (await TakeAsync(sub, 5_000)).Select(message => message.Data));
    }

    [Fact]
    public async Task Wildcards_match_as_the_server_matches_them()
    {
        var client = await ConnectAsync();
        var one = await SubscribeAsync<string>(client, $"{Mine}.*.end");
        var tail = await SubscribeAsync<string>(client, $"{Mine}.>");

        foreach (var subject in new[] { "a.end", "a.b.end", "a", "b.end" })
            await client.PublishAsync($"{Mine}.{subject}", subject, cancellationToken: Deadline);

        Assert.Equal(["a.end", "b.end"], (await TakeAsync(one, 2)).Select(message => message.Data));
        Assert.Equal(["a.end", "a.b.end", "a", "b.end"], (await TakeAsync(tail, 4)).Select(message => message.Data));
    }

    [Fact]
    public async Task A_queue_group_gets_each_message_once_and_others_get_all()
    {
        var client = await ConnectAsync();
        var first = await SubscribeAsync<int>(client, Mine, "workers");
        var second = await SubscribeAsync<int>(client, Mine, "workers");
        var everyone = await SubscribeAsync<int>(client, Mine);

        for (var i = 0; i < 200; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);

        Assert.Equal(Enumerable.Range(0, 200), (await TakeAsync(everyone, 200)).Select(message => message.Data));
        await UntilAsync(() => first.Msgs.Count + second.Msgs.Count == 200, "the group has all");
        Assert.True(first.Msgs.Count > 0 && second.Msgs.Count > 0);
        var shares = (await TakeAsync(first, first.Msgs.Count)).Concat(await TakeAsync(second, second.Msgs.Count));
        Assert.Equal(Enumerable.Range(0, 200), shares.Select(message => message.Data).Order());
    }

    [Fact]
    public async Task Publishing_from_many_tasks_mixes_nothing_up()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, $"{Mine}.>", opts: new NatsSubOpts { ChannelOpts = new NatsSubChannelOpts { Capacity = 10_000 } });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(task => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
                await client.PublishAsync($"{Mine}.{task}", $"{task}:{i}:{new string('x', i * 7)}", cancellationToken: Deadline);
        })));

        var received = await TakeAsync(sub, 4_000);
        foreach (var task in received.GroupBy(message => message.Subject))
        {
            var number = task.Key.Split('.')[^1];
            Assert.Equal(Enumerable.Range(0, 250).Select(i => $"{number}:{i}:{new string('x', i * 7)}"), task.Select(message => message.Data));
        }
    }

    [Fact]
    public async Task Without_echo_a_connection_does_not_hear_itself()
    {
        var silent = await ConnectAsync(change: opts => opts with { Echo = false });
        var other = await ConnectAsync();
        var sub = await SubscribeAsync<string>(silent, Mine);

        await silent.PublishAsync(Mine, "own", cancellationToken: Deadline);
        await silent.PingAsync(Deadline);
        await other.PublishAsync(Mine, "other", cancellationToken: Deadline);

        Assert.Equal("other", (await TakeAsync(sub, 1))[0].Data);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("tab\there")]
    [InlineData("line\r\nPUB injected 0")]
    public async Task A_subject_that_would_break_the_protocol_is_refused(string subject)
    {
        var client = await ConnectAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await client.PublishAsync(subject, "x", cancellationToken: Deadline));
        await Assert.ThrowsAnyAsync<Exception>(async () => await client.SubscribeCoreAsync<string>(subject, cancellationToken: Deadline));

        var sub = await SubscribeAsync<string>(client, Mine);
        await client.PublishAsync(Mine, "still well", cancellationToken: Deadline);
        Assert.Equal("still well", (await TakeAsync(sub, 1))[0].Data);
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }
}
