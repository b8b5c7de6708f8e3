using Dapper;
using Npgsql;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Park;

/// <summary>What live clients see.</summary>
public sealed class LiveTests(ParkRig park) : IClassFixture<ParkRig>
{
    [Fact]
    public async Task Clients_of_every_process_see_each_change()
    {
        var ride = await park.RideAsync(capacity: 1, "1h", "reported");
        await using var one = new EventFeed(new($"{park.System.Url}/park/live"));
        await using var other = new EventFeed(new($"{park.OtherUrl}/park/live"));

        await park.JoinedAsync(ride, 3);

        foreach (var client in new[] { one, other })
            await client.UntilAsync(ride, read => (int)read["waiting"]! == 3 && (string)read["waiting_time"]! == "3h");
        await park.System.PutAsync($"/park/rides/{ride}/status", """{"status":"down","reason":"A sensor failed"}""");
        foreach (var client in new[] { one, other })
            await client.UntilAsync(ride, read => (string)read["status"]! == "down" && read["waiting_time"] is null);
    }

    [Fact]
    public async Task Who_comes_back_gets_what_has_changed_since()
    {
        var ride = await park.RideAsync(capacity: 1, "1h", "reported");
        string? last;
        await using (var client = new EventFeed(new($"{park.System.Url}/park/live")))
        {
            await client.UntilAsync(ride, _ => true);
            last = client.LastId;
        }
        Assert.NotNull(last);
        await park.JoinedAsync(ride, 1);
        await park.RideIsAsync(ride, read => (int)read["waiting"]! == 1);

        foreach (var id in new[] { last, "nonsense" })
        {
            await using var again = new EventFeed(new($"{park.OtherUrl}/park/live"), id);
            await again.UntilAsync(ride, read => (int)read["waiting"]! == 1);
        }
    }

    [Fact]
    public async Task A_change_that_commits_after_later_ones_is_not_skipped()
    {
        var (held, other) = (await park.RideAsync(capacity: 1, "1h", "reported"), await park.RideAsync(capacity: 1, "1h", "reported"));
        await using var client = new EventFeed(new($"{park.System.Url}/park/live"));
        await client.UntilAsync(held, _ => true);
        await using var late = await park.System.Database.OpenConnectionAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await AppendAsync(late, held);

        await park.JoinedAsync(other, 2);
        await client.UntilAsync(other, read => (int)read["waiting"]! == 2);
        var last = client.LastId;
        await transaction.CommitAsync();

        await client.UntilAsync(held, read => (string)read["description"]! == "Committed late");
        await using var back = new EventFeed(new($"{park.OtherUrl}/park/live"), last);
        await back.UntilAsync(held, read => (string)read["description"]! == "Committed late");
        Assert.Equal("Committed late", (string)(await park.ReadRideAsync(held))["description"]!);
    }

    private static async Task AppendAsync(NpgsqlConnection connection, long ride) => await connection.ExecuteAsync(
        """
        insert into park.events (aggregate_root, source_id, version, at, name, data)
        select 'ride', id, version + 1, now(), 'RideChanged',
          '{"title":"Comet","description":"Committed late","capacity":1,"ride_time":"01:00:00"}'
        from park.rides where id = @ride for update;
        update park.rides set version = version + 1, description = 'Committed late', changed_in = pg_current_xact_id() where id = @ride
        """,
        new { ride });
}
