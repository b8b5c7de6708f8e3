using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Integration.Broker;

/// <summary>What a stream with interest retention keeps, which a fan-out relies on.</summary>
public sealed class InterestTests : BrokerTest
{
    private const int TooLarge = 10054;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Without_a_consumer_of_its_subject_a_message_vanishes_and_its_id_counts_as_known_afterwards(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js, config => config.Retention = StreamConfigRetention.Interest);
        await ConsumerAsync(js, config => config.FilterSubject = $"{Mine}.b");

        (await js.PublishAsync($"{Mine}.a", 1, opts: new() { MsgId = "1" }, cancellationToken: Deadline)).EnsureSuccess();

        Assert.Equal(0, (await StateAsync(js)).Messages);
        Assert.True((await js.PublishAsync($"{Mine}.a", 1, opts: new() { MsgId = "1" }, cancellationToken: Deadline)).Duplicate);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_stream_for_no_message_refuses_messages_until_its_size_is_changed_and_then_takes_those_of_the_same_id(string version)
    {
        var js = await ContextAsync(version);
        var stream = await StreamAsync(js, config => (config.Retention, config.MaxMsgSize) = (StreamConfigRetention.Interest, 1));
        var consumer = await ConsumerAsync(js);
        var opts = new NatsJSPubOpts { MsgId = "1" };

        Assert.Equal(TooLarge, (await js.PublishAsync($"{Mine}.a", 1, opts: opts, cancellationToken: Deadline)).Error?.ErrCode);
        await js.UpdateStreamAsync(stream.Info.Config with { MaxMsgSize = -1 }, Deadline);
        (await js.PublishAsync($"{Mine}.a", 1, opts: opts, cancellationToken: Deadline)).EnsureSuccess();

        Assert.Single(await FetchAsync(consumer, 1));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_consumer_of_a_fan_out_that_is_made_again_gets_what_it_had_not_settled_and_what_others_have_not(string version)
    {
        var js = await ContextAsync(version);
        ConsumerConfig[] consumers = [new("store") { FilterSubject = $"{Mine}.a" }, new("other") { FilterSubject = $"{Mine}.a" }];
        var stream = new EnsuredStream(js.Connection, EnsuredStream.FanOut(Mine, [$"{Mine}.>"], "", 1 << 20, 1), "test", () => consumers);
        var other = await stream.ConsumerAsync(consumers[1], Deadline);
        await PublishAsync(js, 3);
        foreach (var message in await FetchAsync(other, 2))
            await message.AckAsync(new() { DoubleAck = true }, Deadline);

        await stream.RecreateConsumerAsync("store", Deadline);

        var again = await FetchAsync(await js.GetConsumerAsync(Mine, "store", Deadline), 3);
        Assert.Equal([0, 1, 2], again.Select(message => message.Data));
        foreach (var message in again)
            await message.AckAsync(new() { DoubleAck = true }, Deadline);
        Assert.Equal(1, (await StateAsync(js)).Messages);
        Assert.Equal(["other", "store"], await NamesAsync(js));
    }

    private async Task<List<string>> NamesAsync(NatsJSContext js)
    {
        var names = new List<string>();
        await foreach (var name in js.ListConsumerNamesAsync(Mine, Deadline))
            names.Add(name);
        return [.. names.Order()];
    }
}
