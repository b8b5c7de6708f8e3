using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Consumer;

/// <summary>What a consumer logs about its servers.</summary>
public sealed partial class ConsumerLogTests
{
    // A line that came with the time-out of the statement would come too late for any test.
    private const string Patient = "--postgres:command_timeout=1h";

    [Fact]
    public async Task A_Postgres_that_hangs_is_named_as_soon_as_it_is_announced_and_the_end_says_how_long_nothing_was_stored()
    {
        await using var network = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        await using var rig = await ConsumerRig.CreateAsync();
        var consumer = rig.Spawn(rig.Through(network), Patient);
        await rig.SendAsync(ConsumerRig.Line(1));

        network.BlackHole();
        await rig.PublishAsync(ConsumerRig.Line(2));
        await rig.HearAsync(heard => !heard.CanStore);
        var announced = Stopwatch.GetTimestamp();
        await consumer.SaysAsync(line => line.Contains("Records cannot be stored", StringComparison.Ordinal)
            && line.Contains($"Postgres does not answer at {TcpProxy.Host}:{network.Port} (database test_", StringComparison.Ordinal));
        var said = Stopwatch.GetElapsedTime(announced);
        network.Resume();

        await rig.SettledAsync();
        var seconds = 0.0;
        await consumer.SaysAsync(line => After().Match(line) is { Success: true } after
            && double.TryParse(after.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out seconds));

        // It was announced no earlier than a ping had gone unanswered for 2 s.
        Assert.True(seconds >= said.TotalSeconds + 2, $"{seconds} s");
        Assert.DoesNotContain("from stream", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_waits_for_a_lock_is_logged_as_slow_and_Postgres_is_not_said_to_be_still()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var consumer = rig.Spawn(Patient);
        await rig.SendAsync(ConsumerRig.Line(1));

        await using (var connection = await rig.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand("lock table rides.bookings", connection).ExecuteNonQueryAsync();
            await rig.PublishAsync(ConsumerRig.Line(2));
            await rig.HearAsync(heard => !heard.CanStore);
            await consumer.SaysAsync(line => line.Contains("Postgres has not stored a batch within 3 s", StringComparison.Ordinal));
            await transaction.RollbackAsync();
        }

        await consumer.SaysAsync(line => line.Contains("slow to store is settled", StringComparison.Ordinal));
        Assert.DoesNotContain("does not answer", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_right_is_named_with_the_statement_that_grants_it()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var role = await TestRole.CreateAsync(rig.ConnectionString);
        var name = new NpgsqlConnectionStringBuilder(rig.ConnectionString).Database;
        await rig.Database.ExecuteAsync($"grant create on database {name} to {role.Name}");
        var consumer = rig.Spawn($"--postgres:url={role.ConnectionString}");
        using var client = new HttpClient { BaseAddress = await consumer.UrlAsync() };
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Database.ExecuteAsync($"revoke insert on rides.bookings from {role.Name}");
        await rig.PublishAsync(ConsumerRig.Line(2));

        var grant = $"grant select, insert on rides.bookings to {role.Name}";
        var reason = $"The role {role.Name} lacks a right: permission denied for table bookings (42501). As the owner or a superuser, "
            + $"run: {grant}";
        Assert.Equal(reason, (await rig.HearAsync(heard => !heard.CanStore)).Reason);
        await consumer.SaysAsync(line => line.Contains($"Records cannot be stored: {reason}.", StringComparison.Ordinal));
        Assert.Contains(reason, await (await client.GetAsync("/readyz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await rig.Database.ExecuteAsync(grant);

        await rig.SettledAsync();
        Assert.Equal(2, await rig.CountAsync());
    }

    [GeneratedRegex(@"stored again, after ([\d.]+) s")]
    private static partial Regex After();
}
