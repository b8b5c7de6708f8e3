using NATS.Client.Core;
using RideIngest.Spine;

namespace RideIngest.Integration.Producer;

/// <summary>What a producer makes of what consumers say of themselves.</summary>
public sealed class AnnouncementTests
{
    [Fact]
    public async Task Retry_After_is_the_backlog_by_its_drain_rate_as_those_who_store_have_it()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = new NatsConnection(NatsOpts.Default with { Url = system.Nats.Url });

        await SaysAsync("""{"instance":"a","can_store":true,"backlog":700,"drain_per_second":100}""", expected: 7);

        // These two change nothing, and the next one, behind them, is heard when they have been.
        await nats.PublishAsync(ConsumerAnnouncement.Subject, """{"instance":"b","can_store":false,"backlog":700,"drain_per_second":0}""");
        await nats.PublishAsync(ConsumerAnnouncement.Subject, """{"instance":"c","can_store":true,"backlog":1,"drain_per_second":1e999}""");
        await SaysAsync("""{"instance":"a","can_store":true,"backlog":800,"drain_per_second":100}""", expected: 8);

        // As many frames as consumers: their newest acks wait. Nothing has left yet: nobody knows. Next to nothing: not for ever.
        await SaysAsync("""{"instance":"a","can_store":true,"backlog":2,"drain_per_second":0.1}""", expected: 1);
        await SaysAsync("""{"instance":"a","can_store":true,"backlog":800,"drain_per_second":0}""", expected: 5);
        await SaysAsync("""{"instance":"a","can_store":true,"backlog":800,"drain_per_second":0.1}""", expected: 300);

        async Task SaysAsync(string announcement, int expected)
        {
            await nats.PublishAsync(ConsumerAnnouncement.Subject, announcement);
            await Eventually.True(async () =>
            {
                var answer = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"));
                Assert.Equal(202, answer.Status);
                return answer.Headers.RetryAfter!.Delta == TimeSpan.FromSeconds(expected);
            });
        }
    }
}
