using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>Three servers, and a stream with three replicas.</summary>
public sealed class ClusterTests : BrokerTest
{
    private const int Messages = 200;

    [ServerProcessFact]
    public async Task A_cluster_that_loses_the_streams_leader_goes_on_and_delivers_each_message_that_it_acknowledged_once()
    {
        var cluster = Own(await NatsCluster.StartAsync(3, new() { SyncAlways = false }, Deadline));
        var js = new NatsJSContext(Client(cluster.Url));
        await Eventually.True(async () => await DoesAsync(() => StreamAsync(js, stream => stream.NumReplicas = 3)));
        INatsJSConsumer consumer = null!;
        await Eventually.True(async () => await DoesAsync(async () => consumer = await ConsumerAsync(js)));

        for (var i = 0; i < Messages; i++)
        {
            if (i == Messages / 3)
            {
                var leader = (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.Cluster!.Leader;
                await cluster.Servers.Single(server => server.Name == leader).KillAsync();
            }
            await Eventually.True(async () => await DoesAsync(() => PublishOneAsync(js, i)));
        }

        var taken = new List<int>();
        await Eventually.True(async () =>
        {
            foreach (var message in await FetchAsync(consumer, Messages, seconds: 1))
            {
                await message.AckAsync(new AckOpts { DoubleAck = true }, Deadline);
                taken.Add(message.Data);
            }
            return (await StateAsync(js)).Messages == 0;
        });
        Assert.Equal(Enumerable.Range(0, Messages), taken.Order());
    }

    private async ValueTask<ulong> PublishOneAsync(NatsJSContext js, int number)
    {
        var opts = new NatsJSPubOpts { MsgId = $"{number}" };
        var ack = await js.PublishAsync($"{Mine}.a", number, opts: opts, cancellationToken: Deadline);
        return ack.Error is { } error ? throw new NatsJSApiException(error) : ack.Seq;
    }

    /// <summary>Whether it works now: without a leader it does not.</summary>
    private static async Task<bool> DoesAsync<T>(Func<ValueTask<T>> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }
}
