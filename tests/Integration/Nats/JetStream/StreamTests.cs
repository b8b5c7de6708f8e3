using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Integration.Nats.JetStream;

public sealed class StreamTests : JetStreamTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_stream_is_created_read_changed_listed_and_deleted(string server)
    {
        var js = await ContextAsync(server);
        var created = await StreamAsync(js, config =>
        {
            config.Description = "what it is";
            config.Retention = StreamConfigRetention.Workqueue;
            config.Discard = StreamConfigDiscard.New;
            config.MaxBytes = 1_000_000;
            config.MaxAge = TimeSpan.FromHours(2);
            config.DuplicateWindow = TimeSpan.FromMinutes(3);
        });
        Assert.Equal(Mine, created.Info.Config.Name);

        var read = (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.Config;
        Assert.Equal("what it is", read.Description);
        Assert.Equal([$"{Mine}.>"], read.Subjects!);
        Assert.Equal(StreamConfigRetention.Workqueue, read.Retention);
        Assert.Equal(StreamConfigDiscard.New, read.Discard);
        Assert.Equal(StreamConfigStorage.Memory, read.Storage);
        Assert.Equal(1_000_000, read.MaxBytes);
        Assert.Equal(TimeSpan.FromHours(2), read.MaxAge);
        Assert.Equal(TimeSpan.FromMinutes(3), read.DuplicateWindow);

        read.MaxBytes = 2_000_000;
        Assert.Equal(2_000_000, (await js.UpdateStreamAsync(read, Deadline)).Info.Config.MaxBytes);
        Assert.Contains(Mine, await ListAsync(js.ListStreamNamesAsync(cancellationToken: Deadline)));
        Assert.Contains(Mine, (await ListAsync(js.ListStreamsAsync($"{Mine}.x", Deadline))).Select(stream => stream.Info.Config.Name));

        Assert.True(await js.DeleteStreamAsync(Mine, Deadline));
        var error = await Assert.ThrowsAsync<NatsJSApiException>(async () => await js.GetStreamAsync(Mine, cancellationToken: Deadline));
        Assert.Equal(404, error.Error.Code);
        Assert.Equal(10059, error.Error.ErrCode);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Create_or_update_does_either(string server)
    {
        var js = await ContextAsync(server);
        var config = new StreamConfig(Mine, [$"{Mine}.>"]) { Storage = StreamConfigStorage.Memory, MaxMsgs = 10 };

        await js.CreateOrUpdateStreamAsync(config, Deadline);
        config.MaxMsgs = 20;
        await js.CreateOrUpdateStreamAsync(config, Deadline);

        Assert.Equal(20, (await js.GetStreamAsync(Mine, cancellationToken: Deadline)).Info.Config.MaxMsgs);
    }

    [Fact]
    public async Task Creating_another_stream_on_the_same_subjects_is_refused()
    {
        var js = await ContextAsync();
        await StreamAsync(js);

        var error = await Assert.ThrowsAsync<NatsJSApiException>(
            async () => await js.CreateStreamAsync(new StreamConfig($"{Mine}x", [$"{Mine}.a"]), Deadline));

        Assert.Equal(10065, error.Error.ErrCode);
    }

    [Fact]
    public async Task Info_counts_messages_and_purging_removes_them()
    {
        var js = await ContextAsync();
        var stream = await StreamAsync(js);
        await PublishAsync(js, 0, 10);

        await stream.RefreshAsync(Deadline);
        Assert.Equal(10, stream.Info.State.Messages);
        Assert.Equal((1UL, 10UL), (stream.Info.State.FirstSeq, stream.Info.State.LastSeq));
        Assert.Equal(1, (await stream.PurgeAsync(new StreamPurgeRequest { Filter = $"{Mine}.3" }, Deadline)).Purged);
        Assert.Equal(7, (await js.PurgeStreamAsync(Mine, new StreamPurgeRequest { Keep = 2 }, Deadline)).Purged);
        Assert.Equal(2, (await stream.PurgeAsync(new StreamPurgeRequest(), Deadline)).Purged);
        await stream.RefreshAsync(Deadline);
        Assert.Equal(0, stream.Info.State.Messages);
    }

    [Fact]
    public async Task A_message_is_got_and_deleted_by_its_sequence()
    {
        var js = await ContextAsync();
        var stream = await StreamAsync(js, config => config.AllowDirect = true);
        await PublishAsync(js, 0, 3);

        var stored = (await stream.GetAsync(new StreamMsgGetRequest { Seq = 2 }, Deadline)).Message;
        Assert.Equal(($"{Mine}.1", 2UL, "1"), (stored.Subject, stored.Seq, System.Text.Encoding.UTF8.GetString(stored.Data.Span)));
        Assert.Equal(2, (await stream.GetDirectAsync<int>(new StreamMsgGetRequest { LastBySubj = $"{Mine}.2" }, cancellationToken: Deadline)).Data);

        Assert.True((await stream.DeleteMessageAsync(new StreamMsgDeleteRequest { Seq = 2 }, Deadline)).Success);
        await Assert.ThrowsAsync<NatsJSApiException>(async () => await stream.GetAsync(new StreamMsgGetRequest { Seq = 2 }, Deadline));
    }

    [Fact]
    public async Task The_account_tells_its_use()
    {
        var js = await ContextAsync();
        await StreamAsync(js);

        var account = await js.GetAccountInfoAsync(Deadline);

        Assert.True(account.Streams >= 1);
        Assert.Equal(-1, account.Limits.MaxStreams);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
            all.Add(item);
        return all;
    }
}
