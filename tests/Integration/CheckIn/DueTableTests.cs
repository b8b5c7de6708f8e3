using Microsoft.Extensions.DependencyInjection;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Email;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.CheckIn;

/// <summary>Deliveries that two processes have at once.</summary>
public sealed class DueTableTests
{
    [Fact]
    public async Task A_delivery_that_is_declared_dead_stays_dead_when_the_process_that_sent_it_settles_it_late()
    {
        await using var checkIn = await CheckInRig.StartAsync();
        var table = checkIn.System.Services.GetRequiredService<DueTable>();
        var email = checkIn.System.Services.GetRequiredService<EmailDestination>();
        var id = Guid.CreateVersion7();
        await checkIn.System.Database.ExecuteAsync($"insert into checkin.due (event_id, destination) values ('{id}', 'email')");

        Assert.Single(await table.ClaimAsync(email, [id], CancellationToken.None));
        await checkIn.System.Database.ExecuteAsync("update checkin.due set until = now()");
        Assert.Single(await table.LoseAsync("email", [id], DeliveryCodes.InDoubt, "lost", CancellationToken.None));
        await table.SettleAsync(
            email, [(id, new Delivery(DeliveryEnd.Failed, "451"))], [new DueRow { EventId = id, State = DueRow.Retrying, Attempts = 1 }],
            TimeSpan.FromSeconds(5), CancellationToken.None);

        Assert.Equal("dead in_doubt", await checkIn.System.Database.ScalarAsync<string>("select state || ' ' || code from checkin.due"));
    }
}
