using System.Text;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

/// <summary>A transcript with every kind of server message, delivered in every way that a network may cut it.</summary>
public sealed class SplitReadTests : NatsTest
{
    // Lower and upper case, CRLF and spaces as servers vary; the payloads contain what looks like protocol.
    private static readonly string[] Sent =
    [
        "+OK\r\n",
        "PING\r\n",
        "MSG split.a {0} 5\r\nhello\r\n",
        "MSG split.b {0} reply.to.me 11\r\nhello\r\nPING\r\n",
        "MSG split.empty {0} 0\r\n\r\n",
        "HMSG split.headers {0} 26 31\r\nNATS/1.0\r\nA: 1\r\nB: x y\r\n\r\nworld\r\n",
        "HMSG split.status {0} answer 31 31\r\nNATS/1.0 100 Idle Heartbeat\r\n\r\n\r\n",
        "INFO {{\"server_id\":\"SCRIPT\",\"version\":\"2.10.27\",\"proto\":1,\"headers\":true,\"max_payload\":1048576,\"connect_urls\":[]}}\r\n",
        "PONG\r\n",
        "-ERR 'Permissions Violation for Publish to \"nowhere\"'\r\n",
        "MSG split.last {0} 3\r\nend\r\n",
    ];

    private static readonly string[] Expected =
    [
        "split.a||hello||0",
        "split.b|reply.to.me|hello\r\nPING||0",
        "split.empty||||0",
        "split.headers||world|A=1,B=x y|0",
        "split.status|answer|||100",
        "split.last||end||0",
    ];

    private static int Length => ScriptedPeer.Info.Length + "PONG\r\n".Length + Sent.Sum(line => string.Format(line, "1").Length);

    [Fact]
    public async Task Every_message_survives_a_split_at_every_byte()
    {
        await using var server = Server();
        for (var offset = 1; offset <= Length; offset += 16)
            await Task.WhenAll(Enumerable.Range(offset, 16).Select(at => PlayAsync(server, Chunking.At(at), $"split at {at}")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(65536)]
    public async Task Every_message_survives_reads_of_any_size(int size)
    {
        await using var server = Server();
        await PlayAsync(server, Chunking.Of(size), $"reads of {size}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8192)]
    public async Task A_small_read_buffer_changes_nothing(int size)
    {
        await using var server = Server();
        await PlayAsync(server, Chunking.Of(size), $"reads of {size}", opts => opts with { ReaderBufferSize = 64 });
    }

    [Fact]
    public async Task A_real_server_behind_a_network_of_small_pieces_is_the_same_server()
    {
        var real = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", real.Port) { ToClient = Chunking.Of(5) });
        var client = Client($"nats://127.0.0.1:{proxy.Port}");
        var sub = await SubscribeAsync<string>(client, Mine);

        for (var i = 0; i < 50; i++)
            await client.PublishAsync(Mine, new string('x', i), new NatsHeaders { ["I"] = $"{i}" }, cancellationToken: Deadline);

        var received = await TakeAsync(sub, 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}:{new string('x', i)}"), received.Select(message => $"{message.Headers!["I"]}:{message.Data}"));
    }

    [Fact]
    public async Task Bytes_that_arrive_joined_are_taken_apart()
    {
        var real = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", real.Port));
        var client = Client($"nats://127.0.0.1:{proxy.Port}");
        var sub = await SubscribeAsync<int>(client, Mine);
        proxy.ToClient = Chunking.Join(16 * 1024, TimeSpan.FromMilliseconds(50));

        for (var i = 0; i < 2_000; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);

        Assert.Equal(Enumerable.Range(0, 2_000), (await TakeAsync(sub, 2_000)).Select(message => message.Data));
    }

    private static ScriptedNatsServer Server() => new(async peer =>
    {
        await peer.HandshakeAsync();
        var sid = await peer.SubscribedAsync("split.>");
        await peer.SendAsync(string.Concat(Sent.Select(line => string.Format(line, sid))));
        await peer.AnswerPingsAsync();
    });

    private async Task PlayAsync(ScriptedNatsServer server, Chunking chunking, string how, Func<NatsOpts, NatsOpts>? change = null)
    {
        var opts = new NatsOpts { Url = server.Url, SocketConnectionFactory = new ChunkedSockets(chunking) };
        await using var client = new NatsConnection(change?.Invoke(opts) ?? opts);
        await using var sub = await client.SubscribeCoreAsync<byte[]>("split.>", cancellationToken: Deadline);
        var received = new List<string>();
        try
        {
            while (received.Count < Expected.Length)
                received.Add(Describe(await sub.Msgs.ReadAsync(Deadline).AsTask().WaitAsync(TimeSpan.FromSeconds(5))));
        }
        catch (TimeoutException)
        {
            // The comparison below tells what is missing.
        }

        Assert.True(Expected.SequenceEqual(received), $"{how}: {string.Join(" ; ", received)}");
        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
    }

    private static string Describe(NatsMsg<byte[]> message)
    {
        var headers = message.Headers?.Select(header => $"{header.Key}={header.Value}") ?? [];
        return $"{message.Subject}|{message.ReplyTo}|{Encoding.UTF8.GetString(message.Data ?? [])}|{string.Join(',', headers)}|{message.Headers?.Code ?? 0}";
    }
}
