using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Net;
using RideIngest.LocalServers;

namespace RideIngest.Integration.Nats.Network;

public sealed class ClusterTests : NatsTest
{
    [Fact]
    public async Task When_the_clients_member_dies_publishing_goes_on_and_nothing_acknowledged_is_lost()
    {
        var cluster = await StartAsync();
        var client = Client(string.Join(',', cluster.Select(member => member.Url)), opts => opts with { NoRandomize = true });
        var js = client.CreateJetStreamContext();
        await UntilAsync(async () => await CreatedAsync(js), "the cluster has a leader");
        var acknowledged = new List<int>();

        for (var i = 0; i < 200; i++)
        {
            if (i == 60)
                await cluster.Single(member => member.Name == client.ServerInfo!.Name).KillAsync();
            await UntilAsync(async () => await PublishedAsync(js, i), $"message {i} is acknowledged");
            acknowledged.Add(i);
        }

        var consumer = await js.CreateOrderedConsumerAsync(Mine, cancellationToken: Deadline);
        var stored = new HashSet<int>();
        await foreach (var message in consumer.ConsumeAsync<int>(cancellationToken: Deadline))
        {
            stored.Add(message.Data);
            if (message.Metadata!.Value.NumPending == 0)
                break;
        }

        Assert.Equal(acknowledged, stored.Order());
    }

    [Fact]
    public async Task A_client_that_knew_one_member_moves_to_a_discovered_one()
    {
        var cluster = await StartAsync();
        var client = Client(cluster[0]);
        await UntilAsync(async () =>
        {
            await client.PingAsync(Deadline);
            return client.ServerInfo!.ClientConnectUrls?.Length >= 3;
        }, "the members are announced");
        var sub = await SubscribeAsync<string>(client, Mine);
        var back = ReopeningAsync(client);

        await cluster[0].KillAsync();
        await back;
        await client.PublishAsync(Mine, "elsewhere", cancellationToken: Deadline);

        Assert.Equal("elsewhere", (await TakeAsync(sub, 1))[0].Data);
        Assert.NotEqual(cluster[0].Name, client.ServerInfo!.Name);
    }

    [Fact]
    public async Task A_lame_duck_is_left_for_another_member()
    {
        var cluster = await StartAsync("lame_duck_duration: \"30s\", lame_duck_grace_period: \"1s\"");
        var client = Client(string.Join(',', cluster.Select(member => member.Url)), opts => opts with { NoRandomize = true });
        var told = new TaskCompletionSource();
        client.LameDuckModeActivated += (_, _) =>
        {
            told.TrySetResult();
            return ValueTask.CompletedTask;
        };
        var sub = await SubscribeAsync<string>(client, Mine);
        var first = client.ServerInfo!.Name;

        cluster.Single(member => member.Name == first).BeginLameDuck();
        await told.Task.WaitAsync(Patience);
        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Open && client.ServerInfo!.Name != first, "the client moves");
        await client.PublishAsync(Mine, "elsewhere", cancellationToken: Deadline);

        Assert.Equal("elsewhere", (await TakeAsync(sub, 1))[0].Data);
    }

    private async Task<bool> CreatedAsync(INatsJSContext js)
    {
        try
        {
            await js.CreateStreamAsync(new StreamConfig(Mine, [Mine]) { NumReplicas = 3 }, Deadline);
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    private async Task<bool> PublishedAsync(INatsJSContext js, int number)
    {
        try
        {
            var ack = await js.PublishAsync(Mine, number, opts: new NatsJSPubOpts { MsgId = $"{number}" }, cancellationToken: Deadline);
            return ack.Error is null;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<NatsServer>> StartAsync(string config = "")
        => Own(await NatsCluster.StartAsync(3, new NatsServerOptions { Config = config, SyncAlways = false }, Deadline)).Servers;
}
