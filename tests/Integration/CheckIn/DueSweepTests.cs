using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>Deliveries whose messages are lost.</summary>
public sealed class DueSweepTests
{
    // A breaker that is open, and deliveries without messages.
    private const string Lose =
        """
        update checkin.destinations set open_until = now() where name = 'email';
        insert into checkin.events (id, employee_id, action, record_id, at, in_at, hours)
        values ('019b7d00-0000-7000-8000-000000000001', 'EMP900', 'checked_out', gen_random_uuid(), now(), now(), 0);
        insert into checkin.due (event_id, destination)
        values ('019b7d00-0000-7000-8000-000000000001', 'email'), ('019b7d00-0000-7000-8000-000000000001', 'labor-cost')
        """;

    [Fact]
    public async Task A_message_that_is_lost_is_published_again_unless_others_of_its_destination_wait()
    {
        await using var checkIn = await CheckInRig.StartAsync(
            "--roles", "api,relay,email", "--checkin:duplicate_window=0s", "--checkin:sweep_after=1s");
        await checkIn.TappedAsync("EMP001");
        await checkIn.TappedAsync("EMP001");
        await Eventually.True(() => checkIn.Mail.Received("EMP001@example.com").Count == 1);
        await checkIn.System.Database.ExecuteAsync(Lose);

        await Eventually.True(() => checkIn.Mail.Received("EMP900@example.com").Count == 1);

        // No process delivers to the legacy API, so that EMP001's message waits there.
        Assert.Equal(2, await checkIn.System.Database.ScalarAsync<long>(
            "select count(*) from checkin.due where destination = 'labor-cost' and swept_at is null"));
    }
}
