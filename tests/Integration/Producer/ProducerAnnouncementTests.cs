using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Integration.Systems;
using RideIngest.Producer.Sending;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What a producer makes of what consumers say of themselves.</summary>
public sealed class ProducerAnnouncementTests
{
    [Fact]
    public async Task Retry_After_is_what_the_consumers_that_are_heard_make_of_it()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = NatsClients.To(system.Nats.Url);

        await Eventually.True(async () =>
        {
            await nats.PublishAsync(
                ConsumerAnnouncement.Subject, """{"instance":"a","can_store":true,"backlog":700,"drain_per_second":100}""");
            var answer = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"));
            Assert.Equal(202, answer.Status);
            return answer.Headers.RetryAfter!.Delta == TimeSpan.FromSeconds(7);
        });
    }

    [Theory]
    [InlineData(700, 100, 7)]
    [InlineData(800, 0.1, 300)]
    [InlineData(800, 0, 5)]
    [InlineData(1, 0, 1)]
    public async Task Retry_After_is_the_backlog_by_its_drain_rate_unless_nothing_drains(long backlog, double drain, int seconds)
    {
        await using var nats = new NatsConnection();
        using var news = new ConsumerNews(nats, NullLogger<ConsumerNews>.Instance);

        news.Hear(new ConsumerAnnouncement("a", true, null, backlog, drain, DateTimeOffset.UtcNow));

        Assert.Equal(TimeSpan.FromSeconds(seconds), news.RetryAfter);
    }

    [Fact]
    public async Task Those_who_cannot_store_are_not_asked_how_fast_the_backlog_drains()
    {
        await using var nats = new NatsConnection();
        using var news = new ConsumerNews(nats, NullLogger<ConsumerNews>.Instance);

        news.Hear(new ConsumerAnnouncement("a", true, null, 700, 100, DateTimeOffset.UtcNow));
        news.Hear(new ConsumerAnnouncement("b", false, "No Postgres answers", 700, 0, DateTimeOffset.UtcNow));

        Assert.Equal(TimeSpan.FromSeconds(7), news.RetryAfter);
    }
}
