using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Integration.Storage.Tickets;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;
using RideIngest.Streams.Setup;

namespace RideIngest.Integration.Broker;

/// <summary>The subjects of a stream that processes of several builds share.</summary>
public sealed class SubjectTests : BrokerTest
{
    private static readonly Catalog Newer = new(new TicketTable());

    [Theory, MemberData(nameof(Versions))]
    public async Task A_frame_of_a_kind_that_no_process_knows_is_refused(string version)
    {
        var js = new NatsJSContext(Client((await OwnAsync(version)).Url));
        await new RidesStream(js.Connection, new SpineSettings(), new Catalog()).ConsumerAsync(Deadline);

        Assert.Equal(["rides.ingest.bookings", "rides.ingest.rides"], await SubjectsAsync(js));
        (await js.PublishAsync("rides.ingest.rides", 1, cancellationToken: Deadline)).EnsureSuccess();
        await Assert.ThrowsAsync<NatsJSPublishNoResponseException>(
            async () => await js.PublishAsync("rides.ingest.bogus", 1, cancellationToken: Deadline));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_stream_that_lacks_a_kind_gets_it_and_keeps_everything_else(string version)
    {
        var js = new NatsJSContext(Client((await OwnAsync(version)).Url));
        var before = (await js.CreateStreamAsync(
            EnsuredStream.WorkQueue(RidesStream.Name, ["rides.ingest.bookings", "elsewhere.*"], "Edited", 5 << 20, 1) with
            {
                MaxAge = TimeSpan.FromDays(3),
                MaxConsumers = 7,
            },
            Deadline)).Info.Config;
        (await js.PublishAsync("elsewhere.one", 1, cancellationToken: Deadline)).EnsureSuccess();

        await new RidesStream(js.Connection, new SpineSettings(), new Catalog()).ConsumerAsync(Deadline);

        var stream = (await js.GetStreamAsync(RidesStream.Name, cancellationToken: Deadline)).Info;
        Assert.Equal(1L, (long)stream.State.Messages);
        Assert.Equal(["elsewhere.*", "rides.ingest.bookings", "rides.ingest.rides"], stream.Config.Subjects!.Order());
        Assert.Equal(Text(before), Text(stream.Config with { Subjects = before.Subjects }));

        static string Text(StreamConfig config) =>
            string.Join(' ', config.Description, config.MaxBytes, config.MaxAge, config.MaxConsumers, config.Retention, config.Discard);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Of_several_processes_of_two_builds_that_add_their_kinds_at_once_none_removes_a_kind(string version)
    {
        var server = await OwnAsync(version);
        var js = new NatsJSContext(Client(server.Url));
        await js.CreateStreamAsync(EnsuredStream.WorkQueue(RidesStream.Name, ["rides.ingest.bookings"], "", 5 << 20, 1), Deadline);
        var other = EnsuredStream.WorkQueue(RidesStream.Name, ["rides.ingest.parcels", "rides.ingest.bookings"], "", 5 << 20, 1);

        await Task.WhenAll(Enumerable.Range(0, 9).Select(i => (i % 3) switch
        {
            0 => new EnsuredStream(Client(server.Url), other, "test").EnsureAsync(Deadline),
            1 => new RidesStream(Client(server.Url), new SpineSettings(), Newer).Stream.EnsureAsync(Deadline),
            _ => new RidesStream(Client(server.Url), new SpineSettings(), new Catalog()).Stream.EnsureAsync(Deadline),
        }));

        Assert.Equal(
            ["rides.ingest.bookings", "rides.ingest.parcels", "rides.ingest.rides", "rides.ingest.tickets"], await SubjectsAsync(js));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_wildcard_of_an_earlier_build_stays_until_it_is_narrowed(string version)
    {
        var js = new NatsJSContext(Client((await OwnAsync(version)).Url));
        var stream = await js.CreateStreamAsync(
            EnsuredStream.WorkQueue(RidesStream.Name, ["rides.ingest.>"], "", 5 << 20, 1), Deadline);
        var rides = new RidesStream(js.Connection, new SpineSettings(), new Catalog());

        await rides.ConsumerAsync(Deadline);
        Assert.Equal(["rides.ingest.>"], await SubjectsAsync(js));

        await js.UpdateStreamAsync(stream.Info.Config with { Subjects = ["rides.ingest.bookings", "rides.ingest.rides"] }, Deadline);
        await rides.ConsumerAsync(Deadline);
        Assert.Equal(["rides.ingest.bookings", "rides.ingest.rides"], await SubjectsAsync(js));
    }

    private async Task<IEnumerable<string>> SubjectsAsync(NatsJSContext js) =>
        (await js.GetStreamAsync(RidesStream.Name, cancellationToken: Deadline)).Info.Config.Subjects!.Order();
}
