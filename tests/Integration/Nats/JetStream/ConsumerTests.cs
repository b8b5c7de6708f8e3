using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Integration.Nats.JetStream;

public sealed class ConsumerTests : JetStreamTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_consumer_is_created_read_changed_listed_and_deleted(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var created = await ConsumerAsync(js, config =>
        {
            config.AckWait = TimeSpan.FromSeconds(7);
            config.MaxDeliver = 5;
            config.MaxAckPending = 100;
            config.FilterSubject = $"{Mine}.a";
            config.DeliverPolicy = ConsumerConfigDeliverPolicy.New;
        });
        Assert.Equal("store", created.Info.Name);
        Assert.Equal(Mine, created.Info.StreamName);

        var read = (await js.GetConsumerAsync(Mine, "store", Deadline)).Info.Config;
        Assert.Equal((TimeSpan.FromSeconds(7), 5, 100), (read.AckWait, read.MaxDeliver, read.MaxAckPending));
        Assert.Equal($"{Mine}.a", read.FilterSubject);
        Assert.Equal(ConsumerConfigAckPolicy.Explicit, read.AckPolicy);
        Assert.Equal(ConsumerConfigDeliverPolicy.New, read.DeliverPolicy);

        read.AckWait = TimeSpan.FromSeconds(9);
        Assert.Equal(TimeSpan.FromSeconds(9), (await js.CreateOrUpdateConsumerAsync(Mine, read, Deadline)).Info.Config.AckWait);
        var names = new List<string>();
        await foreach (var name in js.ListConsumerNamesAsync(Mine, Deadline))
            names.Add(name);
        Assert.Equal(["store"], names);

        Assert.True(await js.DeleteConsumerAsync(Mine, "store", Deadline));
        var error = await Assert.ThrowsAsync<NatsJSApiException>(async () => await js.GetConsumerAsync(Mine, "store", Deadline));
        Assert.Equal(10014, error.Error.ErrCode);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Fetch_gives_as_many_as_there_are_up_to_the_number_asked_for(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 15);

        Assert.Equal(Enumerable.Range(0, 10), (await FetchAsync(consumer, 10)).Select(message => message.Data));
        Assert.Equal(Enumerable.Range(10, 5), (await FetchAsync(consumer, 10, seconds: 1)).Select(message => message.Data));
        Assert.Empty(await FetchAsync(consumer, 10, seconds: 1));
    }

    [Fact]
    public async Task Fetch_no_wait_returns_at_once_with_what_is_there()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 3);

        Assert.Equal([0, 1, 2], await NoWaitAsync());
        Assert.Empty(await NoWaitAsync());

        async Task<List<int>> NoWaitAsync()
        {
            var all = new List<int>();
            await foreach (var message in consumer.FetchNoWaitAsync<int>(new NatsJSFetchOpts { MaxMsgs = 100 }, cancellationToken: Deadline))
                all.Add(message.Data);
            return all;
        }
    }

    [Fact]
    public async Task Next_gives_one_or_after_its_expiry_none()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 1);
        var opts = new NatsJSNextOpts { Expires = TimeSpan.FromSeconds(1) };

        Assert.Equal(0, (await consumer.NextAsync<int>(opts: opts, cancellationToken: Deadline))!.Data);
        Assert.Null(await consumer.NextAsync<int>(opts: opts, cancellationToken: Deadline));
    }

    [Fact]
    public async Task Next_waits_for_a_message_that_comes()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);

        var next = consumer.NextAsync<int>(opts: new NatsJSNextOpts { Expires = TimeSpan.FromSeconds(10) }, cancellationToken: Deadline).AsTask();
        await UntilAsync(async () =>
        {
            await consumer.RefreshAsync(Deadline);
            return consumer.Info.NumWaiting == 1;
        }, "the server has the pull");
        await PublishAsync(js, 42, 1);

        Assert.Equal(42, (await next.WaitAsync(Patience))!.Data);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Consume_goes_on_through_many_pulls(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.MaxAckPending = 10_000);
        var publishing = Task.Run(() => Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => js.PublishAsync($"{Mine}.a", i, cancellationToken: Deadline).AsTask())));

        var received = new List<int>();
        await foreach (var message in consumer.ConsumeAsync<int>(opts: new NatsJSConsumeOpts { MaxMsgs = 30, ThresholdMsgs = 10 }, cancellationToken: Deadline))
        {
            received.Add(message.Data);
            await message.AckAsync(cancellationToken: Deadline);
            if (received.Count == 1_000)
                break;
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, 1_000), received.Order());
        await UntilAsync(async () =>
        {
            await consumer.RefreshAsync(Deadline);
            return consumer.Info is { NumAckPending: 0, NumPending: 0, AckFloor.StreamSeq: 1_000 };
        }, "all is acknowledged");
    }

    [Fact]
    public async Task Consume_limited_by_bytes_gets_everything_too()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        for (var i = 0; i < 40; i++)
            await js.PublishAsync($"{Mine}.a", new byte[1_000], cancellationToken: Deadline);

        var count = 0;
        await foreach (var message in consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxBytes = 8_000 }, cancellationToken: Deadline))
        {
            await message.AckAsync(cancellationToken: Deadline);
            if (++count == 40)
                break;
        }

        Assert.Equal(40, count);
    }

    [Fact]
    public async Task Cancelling_consume_ends_it()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 5);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        var received = new List<int>();

        var consuming = Task.Run(async () =>
        {
            await foreach (var message in consumer.ConsumeAsync<int>(cancellationToken: stop.Token))
            {
                received.Add(message.Data);
                if (received.Count == 5)
                    await stop.CancelAsync();
            }
        });

        var error = await Record.ExceptionAsync(() => consuming.WaitAsync(Patience));
        Assert.True(error is null or OperationCanceledException);
        Assert.Equal(Enumerable.Range(0, 5), received);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_consumer_deleted_while_consuming_ends_it_with_an_error(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 1);

        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var message in consumer.ConsumeAsync<int>(cancellationToken: Deadline))
            {
                await message.AckAsync(cancellationToken: Deadline);
                await js.DeleteConsumerAsync(Mine, "store", Deadline);
            }
        });

        Assert.IsAssignableFrom<NatsJSException>(error);
    }

    [Fact]
    public async Task Two_instances_share_one_durable_of_a_work_queue_and_nothing_is_handled_twice()
    {
        var js = await ContextAsync();
        var other = await ContextAsync();
        await StreamAsync(js, config => config.Retention = StreamConfigRetention.Workqueue);
        await ConsumerAsync(js);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        var handled = new System.Collections.Concurrent.ConcurrentBag<int>();

        var workers = new[] { js, other }.Select(context => Task.Run(async () =>
        {
            var mine = 0;
            var consumer = await context.GetConsumerAsync(Mine, "store", Deadline);
            try
            {
                await foreach (var message in consumer.ConsumeAsync<int>(opts: new NatsJSConsumeOpts { MaxMsgs = 10 }, cancellationToken: done.Token))
                {
                    handled.Add(message.Data);
                    mine++;
                    await message.AckAsync(cancellationToken: Deadline);
                }
            }
            catch (OperationCanceledException)
            {
                // The test has seen enough.
            }

            return mine;
        })).ToArray();
        var consumer = await js.GetConsumerAsync(Mine, "store", Deadline);
        await UntilAsync(async () =>
        {
            await consumer.RefreshAsync(Deadline);
            return consumer.Info.NumWaiting >= 2;
        }, "both have asked");
        await PublishAsync(js, 0, 300);
        await UntilAsync(() => handled.Count >= 300, "all is handled");
        await UntilAsync(async () => (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.State.Messages == 0, "the queue is empty");
        await done.CancelAsync();

        Assert.All(await Task.WhenAll(workers), share => Assert.True(share > 0));
        Assert.Equal(Enumerable.Range(0, 300), handled.Order());
    }

    [Fact]
    public async Task An_ordered_consumer_reads_everything_in_order()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        await PublishAsync(js, 0, 500);
        var consumer = await js.CreateOrderedConsumerAsync(Mine, cancellationToken: Deadline);

        var received = new List<int>();
        await foreach (var message in consumer.ConsumeAsync<int>(cancellationToken: Deadline))
        {
            received.Add(message.Data);
            if (received.Count == 500)
                break;
        }

        Assert.Equal(Enumerable.Range(0, 500), received);
    }

    [Fact]
    public async Task An_ordered_consumer_starts_where_it_is_told_and_filters()
    {
        var js = await ContextAsync();
        // nats-server 2.9 knows one filter at most, which the package sends as several.
        if (Version.Parse(js.Connection.ServerInfo?.Version ?? "2.10") < new Version(2, 10))
            return;
        await StreamAsync(js);
        await PublishAsync(js, 0, 10);
        var opts = new NatsJSOrderedConsumerOpts
        {
            DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence,
            OptStartSeq = 4,
            FilterSubjects = [$"{Mine}.7"],
        };
        var consumer = await js.CreateOrderedConsumerAsync(Mine, opts, Deadline);

        Assert.Equal(7, (await consumer.NextAsync<int>(cancellationToken: Deadline))!.Data);
    }
}
