using System.Net;
using System.Net.Sockets;
using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.Streams.Rides;

namespace RideIngest.Faults.Scenarios;

/// <summary>What senders do that should not, and what others publish into our stream.</summary>
internal static class ClientFaults
{
    private const int Connections = 10_000;
    private static readonly TimeSpan AwayAtMost = TimeSpan.FromSeconds(30);

    public static IEnumerable<Scenario> All =>
    [
        new("half-a-body", "200 senders that send half a body and wait, and 200 that reset there", Target.Clients, HalfBodiesAsync)
        {
            Accepts = 0.999,
        },
        new("many-connections", $"{Connections} connections that say nothing", Target.Clients, CrowdAsync)
        {
            Accepts = 0.999,
            InStorm = false,
        },
        new("same-id", "one id from many connections at once, with four contents", Target.Clients, SameIdAsync) { Accepts = 0.999 },
        new("foreign-frames", "a foreign publisher's garbage, huge and empty frames, and right ones", Target.Clients, ForeignAsync)
        {
            Accepts = 0.999,
        },
    ];

    private static async Task HalfBodiesAsync(Run run)
    {
        var half = Encoding.ASCII.GetBytes(
            "POST /v1/bookings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"id\": 1, \"user_");
        var sockets = new List<Socket>();
        for (var i = 0; i < 400; i++)
        {
            try
            {
                var socket = await ConnectAsync(run.World.Producers[i % run.World.Producers.Count]);
                sockets.Add(socket);
                await socket.SendAsync(half);
                if (i % 2 == 0)
                    socket.LingerState = new LingerOption(true, 0);
            }
            catch (SocketException)
            {
                // In a storm that producer may be gone.
            }
        }
        foreach (var socket in sockets.Where(socket => socket.LingerState?.Enabled == true))
            socket.Dispose();
        await run.WaitAsync(3, 4);
        foreach (var socket in sockets)
            socket.Dispose();
    }

    private static async Task CrowdAsync(Run run)
    {
        var sockets = new List<Socket>();
        try
        {
            for (var i = 0; i < Connections; i++)
                sockets.Add(await ConnectAsync(run.World.Producers[i % run.World.Producers.Count]));
            await run.WaitAsync(3, 4);
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Dispose();
        }
    }

    private static async Task SameIdAsync(Run run)
    {
        using var sender = new Sender(run.Ledger, new RecordContract());
        for (var round = 0; round < 40; round++)
        {
            var id = run.Ledger.TakeIds();
            await Task.WhenAll(
                Enumerable.Range(0, 24).Select(n => sender.SendAsync(run.World.Producers[n % run.World.Producers.Count], id, n % 4)));
        }
    }

    private static async Task ForeignAsync(Run run)
    {
        for (var round = 0; round < 30; round++)
        {
            var right = run.Ledger.TakeIds(3);
            await PublishAsync(run, string.Concat(Enumerable.Range(0, 3).Select(n => Content.Json(right + n, 0)
                + "\n")), [right, right + 1, right + 2]);

            // Each is a frame of its own however often this happens in a world: what was kept once is not kept again.
            await PublishAsync(run, $"no record at all {right}", []);
            await PublishAsync(run, "\0\u0001\u0002" + right, []);
            await PublishAsync(run, "[" + new string('{', run.Random.Next(200_000, 900_000)) + right, []);
            await PublishAsync(run, string.Concat(Convert.ToString(right, 2).Select(bit => bit == '0' ? ' ' : '\t')), []);
            await PublishAsync(run, $"\"{right}\"", [], new NatsHeaders
            {
                ["Ride-Reply"] = "rides.ingest.bookings",
                ["Ride-Count"] = "-1",
                ["traceparent"] = "zz",
            });
            await run.WaitAsync(0.02, 0.1);
        }
    }

    private static async Task PublishAsync(
        Run run, string payload, IReadOnlyList<long> ids, NatsHeaders? headers = null)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        var opts = new NatsJSPubOpts { MsgId = $"foreign-{Guid.NewGuid():N}" };
        for (var until = DateTime.UtcNow + AwayAtMost; ; await run.WaitAsync(0.1, 0.2))
        {
            try
            {
                var ack = await run.World.Js.PublishAsync(RidesStream.Subject("bookings"), bytes, opts: opts, headers: headers);
                if (!ack.Duplicate)
                    ack.EnsureSuccess();
                break;
            }
            catch (NatsException) when (DateTime.UtcNow < until)
            {
                // In a storm NATS may be away; under its id it is stored once.
            }
        }
        run.Ledger.Add(new ForeignFrame(bytes, ids));
    }

    private static async Task<Socket> ConnectAsync(Instance producer)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, producer.Port);
        return socket;
    }
}
