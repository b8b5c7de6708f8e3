using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Integration.Broker;

/// <summary>What a full stream does that discards new messages.</summary>
public sealed class FullStreamTests : BrokerTest
{
    private static readonly Version Fixed = new(2, 10, 5);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Before_2_10_5_it_drops_its_oldest_message_for_a_new_one_of_which_only_the_overhead_does_not_fit(string version)
    {
        const int Length = 100;
        var js = await ContextAsync(version);
        var stream = await StreamAsync(
            js, config => (config.Discard, config.Storage) = (StreamConfigDiscard.New, StreamConfigStorage.File));
        await PublishAsync();
        var stored = (await StateAsync(js)).Bytes;
        await js.UpdateStreamAsync(
            stream.Info.Config with { MaxBytes = (10 * stored) + Length + ((stored - Length) / 2) }, Deadline);

        var refused = 0;
        for (var i = 1; i < 20; i++)
            refused += await PublishAsync() is null ? 0 : 1;

        var isFixed = System.Version.Parse(version.Split('-')[0]) >= Fixed;
        var state = await StateAsync(js);
        Assert.Equal(isFixed ? (1UL, 10) : (11UL, 0), ((ulong)state.FirstSeq, refused));

        async Task<ApiError?> PublishAsync() =>
            (await js.PublishAsync($"{Mine}.a", new byte[Length], cancellationToken: Deadline)).Error;
    }
}
