using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

public sealed class ServerErrorTests : NatsTest
{
    [Theory]
    [InlineData("Permissions Violation for Subscription to \"secret\"", NatsServerErrorKind.PermissionsViolation)]
    [InlineData("Permissions Violation for Publish to \"secret\"", NatsServerErrorKind.PermissionsViolation)]
    [InlineData("Invalid Subject", NatsServerErrorKind.Unknown)]
    public async Task An_error_about_one_operation_leaves_the_connection(string error, NatsServerErrorKind kind)
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync(Mine);
            await peer.SendAsync($"-ERR '{error}'\r\nMSG {Mine} {sid} 4\r\nwell\r\n");
            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url);
        var errors = Errors(client);
        var sub = Own(await client.SubscribeCoreAsync<string>(Mine, cancellationToken: Deadline));

        Assert.Equal("well", (await TakeAsync(sub, 1))[0].Data);
        await UntilAsync(() => !errors.IsEmpty, "the error is told");
        Assert.Equal(kind, Assert.Single(errors).Kind);
        Assert.Contains(error, Assert.Single(errors).Error, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
    }

    [Theory]
    [InlineData("Slow Consumer")]
    [InlineData("Stale Connection")]
    [InlineData("Maximum Payload Violation")]
    [InlineData("Maximum Connections Exceeded")]
    [InlineData("Unknown Protocol Operation")]
    [InlineData("Parser Error")]
    [InlineData("Authorization Violation")]
    public async Task After_an_error_that_ends_the_connection_the_client_comes_back_with_its_subscriptions(string error)
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync(Mine);
            if (peer.Number == 1)
            {
                await peer.SendAsync($"-ERR '{error}'\r\n");
                return;
            }

            await peer.SendAsync($"MSG {Mine} {sid} 5\r\nagain\r\n");
            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url);
        var sub = Own(await client.SubscribeCoreAsync<string>(Mine, cancellationToken: Deadline));

        Assert.Equal("again", (await TakeAsync(sub, 1))[0].Data);
        await client.PingAsync(Deadline);
        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
    }

    [Fact]
    public async Task The_same_authorization_error_twice_ends_the_attempts()
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            if (peer.Number == 1)
            {
                await peer.HandshakeAsync();
                return;
            }

            await RefuseAsync(peer);
        });
        var client = Client(server.Url);
        await client.ConnectAsync();

        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Failed, "the client gives up");
    }

    [Fact]
    public async Task A_refusal_before_a_connection_does_not_count_after_it()
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            if (peer.Number % 2 == 1)
            {
                await peer.HandshakeAsync();
                if (peer.Number == 5)
                    await peer.AnswerPingsAsync();
                return;
            }

            await RefuseAsync(peer);
        });
        await using var client = Client(server.Url);
        await client.ConnectAsync();

        await UntilAsync(() => server.Peers == 5 && client.ConnectionState == NatsConnectionState.Open, "the client is taken for the third time");
        await client.PingAsync(Deadline);
    }

    [Fact]
    public async Task Subscriptions_may_have_numbers_of_ten_digits()
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync(Mine);
            await peer.SendAsync($"MSG {Mine} 2147483647 5\r\nother\r\nMSG {Mine} {sid} 4\r\nwell\r\n");
            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url);
        var sub = Own(await client.SubscribeCoreAsync<string>(Mine, cancellationToken: Deadline));

        Assert.Equal("well", (await TakeAsync(sub, 1))[0].Data);
    }

    [Theory]
    [InlineData("MSG {0} {1} 11\r\nhalf")]
    [InlineData("MSG {0} {1} 1")]
    [InlineData("HMSG {0} {1} 27 32\r\nNATS/1.0\r\nA: 1\r\n")]
    [InlineData("MSG {0} {1} 4\r\nfull")]
    public async Task A_message_cut_off_in_the_middle_is_never_delivered_and_the_next_one_is(string half)
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            var sid = await peer.SubscribedAsync(Mine);
            if (peer.Number == 1)
            {
                await peer.SendAsync(string.Format("MSG {0} {1} 5\r\nfirst\r\n" + half, Mine, sid));
                return;
            }

            await peer.SendAsync($"MSG {Mine} {sid} 4\r\nnext\r\n");
            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url);
        var sub = Own(await client.SubscribeCoreAsync<string>(Mine, cancellationToken: Deadline));

        Assert.Equal(["first", "next"], (await TakeAsync(sub, 2)).Select(message => message.Data));
    }

    [Fact]
    public async Task A_lame_duck_announcement_is_told()
    {
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            await peer.ExpectAsync("SUB");
            await peer.SendAsync(ScriptedPeer.Info.Replace("\"proto\":1", "\"proto\":1,\"ldm\":true", StringComparison.Ordinal));
            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url);
        var told = new TaskCompletionSource<Uri>();
        client.LameDuckModeActivated += (_, args) =>
        {
            told.TrySetResult(args!.Uri);
            return ValueTask.CompletedTask;
        };
        await using var sub = await client.SubscribeCoreAsync<string>(Mine, cancellationToken: Deadline);

        Assert.Equal(new Uri(server.Url).Port, (await told.Task.WaitAsync(Patience)).Port);
        Assert.True(client.ServerInfo!.LameDuckMode);
    }

    private static async Task RefuseAsync(ScriptedPeer peer)
    {
        await peer.SendAsync(ScriptedPeer.Info);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("-ERR 'Authorization Violation'\r\n");
    }

    private static ConcurrentQueue<NatsServerErrorEventArgs> Errors(NatsConnection client)
    {
        var errors = new ConcurrentQueue<NatsServerErrorEventArgs>();
        client.ServerError += (_, args) =>
        {
            errors.Enqueue(args!);
            return ValueTask.CompletedTask;
        };
        return errors;
    }
}
