using System.Globalization;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>When frames are acked, as the server hears it.</summary>
public sealed class ConsumerAckTests
{
    private const int Frames = 10;

    [Fact]
    public async Task While_frames_follow_each_other_the_ack_of_the_newest_waits_and_so_the_stream_is_never_empty()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.ReachedAsync();
        await using var heard = await rig.Client.SubscribeCoreAsync<byte[]>(">");
        await rig.Client.PingAsync();
        using var late = new CancellationTokenSource(Deadlines.Hang);
        var (id, acked) = (0, 0UL);

        // A machine that stands still for a moment makes frames too far apart to be followers.
        await Eventually.True(async () =>
        {
            var newest = await SendAsync();
            for (var i = 1; i < Frames; i++)
            {
                var next = await SendAsync();
                if (acked >= newest)
                    return false;
                newest = next;
            }
            return true;
        });

        await rig.SettledAsync();

        // Ends with the frame's reply.
        async Task<ulong> SendAsync()
        {
            var told = string.Create(CultureInfo.InvariantCulture, $"told.{++id}");
            var sequence = await rig.PublishAsync(ConsumerRig.Line(id), headers: new NatsHeaders { [FrameHeaders.Reply] = told });
            while ((await heard.Msgs.ReadAsync(late.Token)).Subject is var subject && subject != told)
            {
                if (subject.StartsWith("$JS.ACK.", StringComparison.Ordinal))
                    acked = Math.Max(acked, ulong.Parse(subject.Split('.')[5], CultureInfo.InvariantCulture));
            }
            return sequence;
        }
    }
}
