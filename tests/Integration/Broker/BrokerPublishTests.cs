using System.Buffers;
using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Rides;

namespace RideIngest.Integration.Broker;

/// <summary>What a publisher may rely on.</summary>
public sealed class BrokerPublishTests : BrokerTest
{
    private const int Full = 10077;

    [Theory, MemberData(nameof(Versions))]
    public async Task An_id_that_comes_again_within_the_window_is_a_duplicate_of_the_same_sequence_and_is_stored_once(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);

        var first = await PublishAsync(js, "frame-1");
        await PublishAsync(js, "frame-2");
        var again = await PublishAsync(js, "frame-1");

        Assert.Equal((false, true), (first.Duplicate, again.Duplicate));
        Assert.Equal((1UL, 1UL), (first.Seq, again.Seq));
        Assert.Equal(2, (await StateAsync(js)).Messages);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task An_id_is_a_duplicate_also_when_its_message_has_been_acknowledged_and_has_left_the_work_queue(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, "frame-1");
        await Assert.Single(await FetchAsync(consumer, 1)).AckAsync(new AckOpts { DoubleAck = true }, Deadline);

        Assert.True((await PublishAsync(js, "frame-1")).Duplicate);
        Assert.Equal(0, (await StateAsync(js)).Messages);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_full_stream_that_discards_new_refuses_with_10077_and_keeps_all_frames_that_fill_their_blocks(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js, Limited(FrameBlocks.Whole(64_000)));
        var random = new Random(1);
        var (taken, refused) = (0, 0);

        while (refused < 20)
        {
            var payload = new ArrayBufferWriter<byte>();
            payload.Write(new byte[random.Next(4000)]);
            var headers = new NatsHeaders { [FrameHeaders.Id] = $"{taken}-{refused}" };
            FrameBlocks.Fill(payload, payload.WrittenCount, $"{Mine}.a", headers);
            var ack = await js.PublishAsync($"{Mine}.a", payload.WrittenMemory, headers: headers, cancellationToken: Deadline);
            Assert.Contains(ack.Error?.ErrCode ?? 0, (int[])[0, Full]);
            _ = ack.Error is null ? taken++ : refused++;
        }

        var state = await StateAsync(js);
        Assert.Equal((taken, 1UL), (state.Messages, state.FirstSeq));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Before_2_10_5_a_message_of_which_only_the_overhead_does_not_fit_deletes_the_oldest(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js, Limited(1 << 20));
        await js.PublishAsync($"{Mine}.a", new byte[1000], cancellationToken: Deadline);
        var size = (await StateAsync(js)).Bytes;
        await js.DeleteStreamAsync(Mine, Deadline);
        await StreamAsync(js, Limited((4 * size) - 10));

        var last = new PubAckResponse();
        for (var i = 0; i < 4; i++)
            last = await js.PublishAsync($"{Mine}.a", new byte[1000], cancellationToken: Deadline);

        var state = await StateAsync(js);
        var deletes = Version.Parse(version) < new Version(2, 10, 5);
        Assert.Equal((deletes ? 0 : Full, 3, deletes ? 2UL : 1UL), (last.Error?.ErrCode ?? 0, state.Messages, state.FirstSeq));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Where_no_stream_listens_a_request_is_answered_at_once_with_no_responders(string version)
    {
        var nats = await ClientAsync(version);
        var patient = new NatsSubOpts { Timeout = Timeout.InfiniteTimeSpan, ThrowIfNoResponders = false };

        var answer = await nats.RequestAsync<string, string>(Mine, "frame", replyOpts: patient, cancellationToken: Deadline);

        Assert.True(answer.HasNoResponders);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_throws_unless_told_otherwise_also_where_the_mode_is_direct_by_default()
    {
        var nats = await ClientAsync();
        Assert.Equal(NatsRequestReplyMode.Direct, nats.Opts.RequestReplyMode);

        var asking = nats.RequestAsync<string, string>(Mine, "x", cancellationToken: Deadline).AsTask();
        await Assert.ThrowsAsync<NatsNoRespondersException>(() => asking);

        // Who asks for the default mode by name gets a message instead, which looks like an answer.
        var named = Client(nats.Opts.Url, opts => opts with { RequestReplyMode = NatsRequestReplyMode.Direct });
        Assert.True((await named.RequestAsync<string, string>(Mine, "x", cancellationToken: Deadline)).HasNoResponders);
    }

    [Fact]
    public async Task TryPublishAsync_waits_for_250_ms_also_after_its_last_attempt()
    {
        var js = await ContextAsync();
        await js.Connection.PingAsync(Deadline);
        var since = Stopwatch.GetTimestamp();

        var result = await js.TryPublishAsync(Mine, 1, opts: new NatsJSPubOpts { RetryAttempts = 1 }, cancellationToken: Deadline);

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.FromMilliseconds(245), Patience);
        Assert.IsType<NatsJSPublishNoResponseException>(result.Error);
    }

    [Fact]
    public async Task A_message_above_max_payload_is_refused_by_the_client_headers_included_and_the_connection_stays()
    {
        var nats = await ClientAsync();
        var sub = await SubscribeAsync<byte[]>(nats, Mine);
        var most = nats.ServerInfo!.MaxPayload;
        var lost = 0;
        nats.ConnectionDisconnected += (_, _) =>
        {
            lost++;
            return default;
        };

        await Assert.ThrowsAsync<NatsPayloadTooLargeException>(async () => await nats.PublishAsync(Mine, new byte[most + 1]));
        var headers = new NatsHeaders { ["Ride-Count"] = "1" };
        await Assert.ThrowsAsync<NatsPayloadTooLargeException>(async () => await nats.PublishAsync(Mine, new byte[most], headers));
        await nats.PublishAsync(Mine, new byte[most]);

        Assert.Equal(most, (await sub.Msgs.ReadAsync(Deadline)).Data!.Length);
        Assert.Equal(0, lost);
    }

    private ValueTask<PubAckResponse> PublishAsync(NatsJSContext js, string id) =>
        js.PublishAsync($"{Mine}.a", 1, opts: new NatsJSPubOpts { MsgId = id }, cancellationToken: Deadline);

    // A file's sizes, as in production.
    private static Action<StreamConfig> Limited(long bytes) => stream =>
    {
        stream.Storage = StreamConfigStorage.File;
        stream.Discard = StreamConfigDiscard.New;
        stream.MaxBytes = bytes;
    };
}
