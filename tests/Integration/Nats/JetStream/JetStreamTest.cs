using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Net;

namespace RideIngest.Integration.Nats.JetStream;

/// <summary>A test with a stream of its own: its name and its subjects are <see cref="NatsTest.Mine"/>.</summary>
public abstract class JetStreamTest : NatsTest
{
    protected async Task<INatsJSContext> ContextAsync(string version = "") => (await ConnectAsync(version)).CreateJetStreamContext();

    protected async Task<INatsJSStream> StreamAsync(INatsJSContext js, Action<StreamConfig>? change = null)
    {
        var config = new StreamConfig(Mine, [$"{Mine}.>"]) { Storage = StreamConfigStorage.Memory };
        change?.Invoke(config);
        return await js.CreateStreamAsync(config, Deadline);
    }

    protected async Task<INatsJSConsumer> ConsumerAsync(INatsJSContext js, Action<ConsumerConfig>? change = null, string name = "store")
    {
        var config = new ConsumerConfig(name);
        change?.Invoke(config);
        return await js.CreateOrUpdateConsumerAsync(Mine, config, Deadline);
    }

    protected async Task PublishAsync(INatsJSContext js, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            (await js.PublishAsync($"{Mine}.{i}", i, cancellationToken: Deadline)).EnsureSuccess();
    }

    protected async Task<List<INatsJSMsg<int>>> FetchAsync(INatsJSConsumer consumer, int count, double seconds = 10)
    {
        var all = new List<INatsJSMsg<int>>();
        var opts = new NatsJSFetchOpts { MaxMsgs = count, Expires = TimeSpan.FromSeconds(seconds) };
        await foreach (var message in consumer.FetchAsync<int>(opts, cancellationToken: Deadline))
            all.Add(message);
        return all;
    }

    /// <summary>Publishes through restarts: each number until it is acknowledged.</summary>
    protected async Task PublishUntilStoredAsync(INatsJSContext js, int number)
        => await UntilAsync(
            async () =>
            {
                try
                {
                    var opts = new NatsJSPubOpts { MsgId = $"{Mine}-{number}" };
                    return (await js.PublishAsync($"{Mine}.{number}", number, opts: opts, cancellationToken: Deadline)).Error is null;
                }
                catch (NatsException)
                {
                    return false;
                }
            },
            $"{number} is acknowledged");
}
