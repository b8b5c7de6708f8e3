using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>How streams and consumers are found, created and told apart by processes that know nothing of each other.</summary>
public sealed class NamesTests : BrokerTest
{
    [Theory, MemberData(nameof(Versions))]
    public async Task Of_several_processes_that_create_the_stream_and_its_consumer_at_once_each_gets_them(string version)
    {
        var server = await OwnAsync(version);

        var processes = Enumerable.Range(0, 8).Select(_ => new RidesStream(Client(server.Url), new SpineSettings(), new Catalog()));
        var consumers = await Task.WhenAll(processes.Select(rides => rides.ConsumerAsync(Deadline)));

        var expected = (RidesStream.Name, RidesStream.Consumer);
        Assert.All(consumers, consumer => Assert.Equal(expected, (consumer.Info.StreamName, consumer.Info.Name)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_stream_that_is_missing_or_taken_and_a_message_that_is_missing_have_codes_of_their_own(string version)
    {
        var js = await ContextAsync(version);
        Assert.Equal(10059, await CodeAsync(() => js.GetStreamAsync(Mine, cancellationToken: Deadline)));
        var stream = await StreamAsync(js);
        await StreamAsync(js);

        Assert.Equal(10058, await CodeAsync(() => StreamAsync(js, config => config.MaxMsgs = 7)));
        Assert.Equal(10037, await CodeAsync(() => stream.GetAsync(new StreamMsgGetRequest { Seq = 1 }, Deadline)));
        var next = new StreamMsgGetRequest { Seq = 1, NextBySubj = $"{Mine}.a" };
        Assert.Equal(10037, await CodeAsync(() => stream.GetAsync(next, Deadline)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_consumer_that_is_missing_or_taken_has_codes_of_its_own(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        Assert.Equal(10014, await CodeAsync(() => js.GetConsumerAsync(Mine, "store", Deadline)));
        await js.CreateConsumerAsync(Mine, new ConsumerConfig("store"), Deadline);
        await js.CreateConsumerAsync(Mine, new ConsumerConfig("store"), Deadline);

        var other = new ConsumerConfig("store") { AckWait = TimeSpan.FromSeconds(7) };
        var code = await CodeAsync(() => js.CreateConsumerAsync(Mine, other, Deadline));

        // Before 2.10 a server knows no difference between creating and updating.
        Assert.Equal(Version.Parse(version) < new Version(2, 10) ? 0 : 10148, code);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_work_queue_grants_a_subject_to_one_consumer_until_that_is_gone(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        await js.CreateOrUpdateConsumerAsync(Mine, Of("first"), Deadline);

        Assert.Equal(10100, await CodeAsync(() => js.CreateOrUpdateConsumerAsync(Mine, Of("second"), Deadline)));
        await js.CreateOrUpdateConsumerAsync(Mine, Of("first"), Deadline);
        await js.DeleteConsumerAsync(Mine, "first", Deadline);
        await js.CreateOrUpdateConsumerAsync(Mine, Of("second"), Deadline);

        ConsumerConfig Of(string name) => new(name) { FilterSubject = $"{Mine}.a", InactiveThreshold = TimeSpan.FromMinutes(1) };
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_consumer_that_nobody_pulls_from_is_gone_after_its_threshold(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        await ConsumerAsync(js, consumer => consumer.InactiveThreshold = TimeSpan.FromMilliseconds(300));

        await Eventually.True(async () => await CodeAsync(() => js.GetConsumerAsync(Mine, "store", Deadline)) == 10014);
    }

    private static async Task<int> CodeAsync<T>(Func<ValueTask<T>> ask)
    {
        try
        {
            await ask();
            return 0;
        }
        catch (NatsJSApiException refused)
        {
            return refused.Error.ErrCode;
        }
    }
}
