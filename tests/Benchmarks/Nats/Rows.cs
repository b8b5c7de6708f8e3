using System.Buffers;
using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Benchmarks.Nats;

/// <summary>Every row of the table.</summary>
public static class Rows
{
    private const int Window = 8192;

    public static IReadOnlyList<Row> All { get; } =
    [
        .. Sizes("publish", 1_000_000, 600_000, 30_000, PublishAsync),
        .. Sizes("subscribe", 1_000_000, 600_000, 30_000, SubscribeAsync),
        .. Sizes("request/reply, one at a time", 8_000, 8_000, 4_000, (bench, row) => RequestAsync(bench, row, 1)),
        .. Sizes("request/reply, 64 at a time", 80_000, 80_000, 20_000, (bench, row) => RequestAsync(bench, row, 64)),
        .. Sizes("JetStream publish, 256 at a time", 100_000, 80_000, 15_000, JetStreamPublishAsync),
        .. Sizes("JetStream consume and ack", 100_000, 80_000, 15_000, JetStreamConsumeAsync),
    ];

    private static IEnumerable<Row> Sizes(string name, int small, int middle, int large, Func<Bench, Row, Task> pass) =>
        [new(name, 16, small, pass), new(name, 300, middle, pass), new(name, 16 * 1024, large, pass)];

    private static async Task PublishAsync(Bench bench, Row row)
    {
        var payload = new ReadOnlyMemory<byte>(row.Payload);
        await bench.MeasureAsync(row, async connection =>
        {
            for (var i = 0; i < row.Messages; i++)
            {
                await connection.PublishAsync("bench.publish", payload);
            }

            // The server answers a PING only after it has taken everything before it.
            await connection.PingAsync();
        });
    }

    private static async Task SubscribeAsync(Bench bench, Row row)
    {
        var subject = $"bench.subscribe.{Guid.NewGuid():N}";
        await using var subscription = await bench.Connection.SubscribeCoreAsync<NatsMemoryOwner<byte>>(subject);
        await bench.Connection.PingAsync();
        await using var source = await WireSource.OpenAsync(bench.Url, subject, row.Payload);

        await bench.MeasureAsync(row, async _ =>
        {
            var sending = source.SendAsync(row.Messages, Window);
            for (var received = 0; received < row.Messages;)
            {
                await subscription.Msgs.WaitToReadAsync();
                while (subscription.Msgs.TryRead(out var message))
                {
                    message.Data.Dispose();
                    received++;
                }

                source.Received(received);
            }

            await sending;
        });
    }

    private static async Task RequestAsync(Bench bench, Row row, int atATime)
    {
        var subject = $"bench.request.{Guid.NewGuid():N}";
        await using var answering = await bench.OpenAsync();
        await using var subscription = await answering.SubscribeCoreAsync<NatsMemoryOwner<byte>>(subject);
        await answering.PingAsync();
        var answers = AnswerAsync(subscription);

        var payload = new ReadOnlyMemory<byte>(row.Payload);
        await bench.MeasureAsync(row, connection => Bench.ShareAsync(row.Messages, atATime, async () =>
        {
            var reply = await connection.RequestAsync<ReadOnlyMemory<byte>, NatsMemoryOwner<byte>>(subject, payload);
            reply.Data.Dispose();
        }));

        await subscription.UnsubscribeAsync();
        await answers;
    }

    private static async Task AnswerAsync(INatsSub<NatsMemoryOwner<byte>> subscription)
    {
        await foreach (var message in subscription.Msgs.ReadAllAsync())
        {
            using var data = message.Data;
            await message.ReplyAsync(data.Memory);
        }
    }

    private static async Task JetStreamPublishAsync(Bench bench, Row row)
    {
        var stream = await bench.StreamAsync();
        var payload = new ReadOnlyMemory<byte>(row.Payload);
        var jetStream = new NatsJSContext(bench.Connection);
        await bench.MeasureAsync(row, _ => Bench.ShareAsync(row.Messages, 256, async () =>
        {
            var ack = await jetStream.PublishAsync(stream, payload);
            ack.EnsureSuccess();
        }));
        await jetStream.DeleteStreamAsync(stream);
    }

    private static async Task JetStreamConsumeAsync(Bench bench, Row row)
    {
        var stream = await bench.StreamAsync();
        await using (var source = await WireSource.OpenAsync(bench.Url, stream, row.Payload))
        {
            await source.SendAsync(row.Messages, row.Messages);
        }

        var jetStream = new NatsJSContext(bench.Connection);
        await bench.UntilStoredAsync(jetStream, stream, row.Messages);
        var consumer = await jetStream.CreateOrUpdateConsumerAsync(stream, new ConsumerConfig("bench") { MaxAckPending = -1 });
        await bench.MeasureAsync(row, async connection =>
        {
            var received = 0;
            await foreach (var message in consumer.ConsumeAsync<NatsMemoryOwner<byte>>(opts: new NatsJSConsumeOpts { MaxMsgs = 2_000 }))
            {
                message.Data.Dispose();
                await message.AckAsync();
                if (++received == row.Messages) break;
            }

            await connection.PingAsync();
        });
        await jetStream.DeleteStreamAsync(stream);
    }
}
