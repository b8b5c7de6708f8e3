using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
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

    [Fact]
    public async Task Frames_that_are_returned_again_and_again_are_logged_once_and_once_when_that_ends()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var consumer = rig.Spawn("--consumer:hand_back=0s");
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Database.ExecuteAsync("alter table rides.bookings rename to elsewhere");
        await rig.PublishAsync(ConsumerRig.Line(2));
        await Eventually.True(async () => (await rig.InfoAsync()).Delivered.ConsumerSeq >= 6);
        await rig.Database.ExecuteAsync("alter table rides.elsewhere rename to bookings");

        await consumer.SaysAsync(line => line.Contains("Storing frames again, after returning some", StringComparison.Ordinal));
        Assert.Single(consumer.Output, line => line.Contains("which another consumer may be able to store", StringComparison.Ordinal));
        Assert.Single(consumer.Output, line => line.Contains("Records cannot be stored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lost_connection_to_NATS_is_logged_once_and_its_return_says_how_many_attempts_failed()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var network = new TcpProxy(TcpProxy.Host, rig.Nats.Port);
        var consumer = rig.Spawn($"--nats:url={rig.Nats.UrlAt(network.Port)}");
        await rig.SendAsync(ConsumerRig.Line(1));

        var accepted = network.Accepted;
        network.Refusing = true;
        network.Reset();
        await Eventually.True(() => network.Accepted >= accepted + 3);
        network.Refusing = false;

        await consumer.SaysAsync(line => line.Contains("failed attempts", StringComparison.Ordinal));
        Assert.Single(consumer.Output, line => line.Contains("The connection to NATS is lost", StringComparison.Ordinal));
        Assert.DoesNotContain("Failed to connect", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_NATS_that_is_not_there_at_the_start_is_logged_once_and_its_coming_says_how_many_attempts_failed()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var network = new TcpProxy(TcpProxy.Host, rig.Nats.Port) { Refusing = true };
        var consumer = rig.Spawn($"--nats:url={rig.Nats.UrlAt(network.Port)}");
        await Eventually.True(() => network.Accepted > 10);
        network.Refusing = false;

        await consumer.SaysAsync(line => line.Contains("failed attempts", StringComparison.Ordinal));
        Assert.Single(consumer.Output, line => line.Contains("There is no connection to NATS yet", StringComparison.Ordinal));
        Assert.DoesNotContain("Fail to connect", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Until_the_migrations_are_applied_it_announces_why_they_are_not_and_says_of_no_record_that_it_can_be_stored()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var role = await TestRole.CreateAsync(rig.ConnectionString);
        await using var network = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port) { Refusing = true };
        var through = new NpgsqlConnectionStringBuilder(role.ConnectionString) { Host = TcpProxy.Host, Port = network.Port };
        var consumer = rig.Spawn($"--postgres:url={through}");
        await consumer.SaysAsync(line => line.Contains("Records cannot be stored", StringComparison.Ordinal));
        network.Refusing = false;

        var grant = $"grant create on database {through.Database} to {role.Name}";
        await rig.HearAsync(heard => heard.Reason?.StartsWith("Migrations are not applied to Postgres yet", StringComparison.Ordinal) == true
            && heard.Reason.Contains(grant, StringComparison.Ordinal));
        Assert.DoesNotContain("can be stored again", consumer.Said, StringComparison.Ordinal);
        await rig.Database.ExecuteAsync(grant);

        await consumer.SaysAsync(line => line.Contains("can be stored again", StringComparison.Ordinal));
        Assert.Equal(1, (await rig.SendAsync(ConsumerRig.Line(1))).Stored);
    }

    [Fact]
    public async Task An_orderly_stop_of_NATS_is_logged_as_a_lost_connection_only()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var consumer = rig.Spawn();
        await rig.SendAsync(ConsumerRig.Line(1));

        await rig.Nats.StopAsync();
        await consumer.SaysAsync(line => line.Contains("The connection to NATS is lost", StringComparison.Ordinal));
        await rig.Nats.RestartAsync();

        await consumer.SaysAsync(line => line.Contains("failed attempts", StringComparison.Ordinal));
        Assert.DoesNotContain("Unhandled protocol message", consumer.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("GCd", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_for_NATS_is_logged_once_with_what_to_do()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var network = new TcpProxy(TcpProxy.Host, rig.Nats.Port);
        var consumer = rig.Spawn($"--nats:url=nats://rideingest:wrong@{TcpProxy.Host}:{network.Port}");

        await Eventually.True(() => network.Accepted > 5);

        Assert.Single(consumer.Output, line => line.Contains("There is no connection to NATS yet", StringComparison.Ordinal));
        Assert.DoesNotContain("Server error Authorization", consumer.Said, StringComparison.Ordinal);
    }

    /// <summary>A pull lasts for 6 s in the client, so an outage that is longer must not begin any.</summary>
    [Fact]
    public async Task No_pull_waits_for_NATS_until_it_has_expired()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var network = new TcpProxy(TcpProxy.Host, rig.Nats.Port);
        var consumer = rig.Spawn($"--nats:url={rig.Nats.UrlAt(network.Port)}", "--logging:levels:NATS=information");
        await rig.SendAsync(ConsumerRig.Line(1));

        var accepted = network.Accepted;
        network.Refusing = true;
        network.Reset();
        await Eventually.True(() => network.Accepted >= accepted + 5);
        network.Refusing = false;

        await consumer.SaysAsync(line => line.Contains("failed attempts", StringComparison.Ordinal));
        Assert.DoesNotContain("No need to remove subscription", consumer.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_created_again_is_warned_about_and_counted()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        var consumer = rig.Spawn();
        using var client = new HttpClient { BaseAddress = await consumer.UrlAsync() };
        await consumer.SaysAsync(line => line.Contains("Created the stream RIDES", StringComparison.Ordinal));
        await rig.SendAsync(ConsumerRig.Line(1));
        Assert.Equal("0", await RecreatedAsync());

        await rig.Js.DeleteStreamAsync(RidesStream.Name);

        await consumer.SaysAsync(line => line.Contains("The stream RIDES was gone and is created again", StringComparison.Ordinal));
        await Eventually.True(async () => await RecreatedAsync() == "1");
        Assert.Single(consumer.Output, line => line.Contains("Created the stream", StringComparison.Ordinal));

        async Task<string?> RecreatedAsync() => (await client.GetStringAsync("/metrics")).Split('\n')
            .SingleOrDefault(line => line.StartsWith("rideingest_streams_recreated_total{", StringComparison.Ordinal)
                && line.Contains("stream=\"RIDES\"", StringComparison.Ordinal))?.Split(' ')[1];
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_one_line()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var consumer = rig.Spawn($"--urls=http://{listener.LocalEndpoint}");

        Assert.Equal(1, await consumer.ExitAsync());
        Assert.Contains("is in use by another process", consumer.Errors, StringComparison.Ordinal);
        SaysNothingOfTheHost(consumer);
    }

    [Fact]
    public async Task A_consumer_that_is_told_to_stop_while_it_starts_ends_without_an_error()
    {
        await using var rig = await ConsumerRig.CreateAsync();
        await using var network = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        network.BlackHole();
        var consumer = rig.Spawn(rig.Through(network));
        await Eventually.True(() => network.Accepted > 0);

        consumer.Terminate();

        Assert.Equal(0, await consumer.ExitAsync());
        SaysNothingOfTheHost(consumer);
    }

    [Fact]
    public async Task A_consumer_that_cannot_migrate_says_why_in_one_line()
    {
        await using var rig = await ConsumerRig.StartAsync();
        await rig.Database.ExecuteAsync("update ops.migrations set checksum = repeat('f', 64)");
        var consumer = rig.Spawn();

        Assert.Equal(1, await consumer.ExitAsync());
        Assert.Contains("is not what was applied", consumer.Errors, StringComparison.Ordinal);
        SaysNothingOfTheHost(consumer);
    }

    private static void SaysNothingOfTheHost(StartedProcess consumer)
    {
        Assert.DoesNotContain("Hosting failed to start", consumer.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("BackgroundService", consumer.Said, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"stored again, after ([\d.]+) s")]
    private static partial Regex After();
}
