using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.CheckIn.Purging;
using RideIngest.Integration.Systems;
using RideIngest.Simulators.Legacy;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>The commands purge and replay.</summary>
public sealed class PurgeTests
{
    private const string AnyTap = "--checkin:duplicate_window=0s";

    [Fact]
    public async Task A_purge_removes_old_events_but_none_that_is_not_delivered_everywhere()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        await WorkAsync(checkIn, "EMP001");
        await checkIn.SettledAsync();
        checkIn.Legacy.Set(LegacyFault.Errors);
        await WorkAsync(checkIn, "EMP002");

        var said = await RunAsync(checkIn, "purge", "--older-than", "0s");

        Assert.Contains("About 3 events before", said, StringComparison.Ordinal);
        Assert.Equal("EMP002", await checkIn.System.Database.ScalarAsync<string>("select string_agg(employee_id, ' ') from checkin.events"));
        checkIn.Legacy.Set(LegacyFault.None);
        await checkIn.SettledAsync();
        Assert.Single(checkIn.Legacy.Effects("EMP002"));
        Assert.Contains("About 1 events before", await RunAsync(checkIn, "purge", "--older-than", "0s"), StringComparison.Ordinal);
        Assert.Equal(2, (await checkIn.System.GetAsync("/checkin/records")).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_partition_of_a_past_day_is_dropped_and_what_is_not_delivered_is_kept()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        await checkIn.System.Database.ExecuteAsync(
            """
            create table checkin.events_20260102 (like checkin.events including defaults including indexes);
            alter table checkin.events attach partition checkin.events_20260102
              for values from ('019b7c01-0400-0000-0000-000000000000') to ('019b8127-6000-0000-0000-000000000000');
            insert into checkin.events (id, employee_id, action, record_id, at)
            select ('019b7d00-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'OLD' || i, 'checked_in', gen_random_uuid(), now()
            from generate_series(1, 12000) as i;
            insert into checkin.due (event_id, destination, until)
            select id::uuid, 'email', now() + interval '1 hour'
            from unnest(array['019b7d00-0000-7000-8000-000000000007', '019b7d00-0000-7000-8000-000000012000']) as id
            """);
        Assert.Equal(12_000, await checkIn.System.Database.ScalarAsync<long>("select count(*) from checkin.events_20260102"));

        await RunAsync(checkIn, "purge", "--older-than", "30d");

        Assert.Equal("OLD7 OLD12000", await checkIn.System.Database.ScalarAsync<string>(
            "select string_agg(employee_id, ' ' order by id) from checkin.events"));
        Assert.True(await checkIn.System.Database.ScalarAsync<bool>("select to_regclass('checkin.events_20260102') is null"));
    }

    [Fact]
    public async Task Partitions_of_the_next_days_are_attached_also_after_an_attempt_that_was_cut_off()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        var (database, partitions) = (checkIn.System.Database, checkIn.System.Services.GetRequiredService<EventPartitions>());
        await Eventually.True(async () => await CountAsync() == 3);
        var first = await database.ScalarAsync<string>(
            "select min(inhrelid::regclass::text) from pg_inherits where inhparent = 'checkin.events'::regclass");
        await database.ExecuteAsync(
            $"""
            drop table {first};
            alter table checkin.events_rest add constraint excludes_next check (id < '00000000-0000-0000-0000-000000000001') not valid
            """);

        await Eventually.True(async () =>
        {
            try
            {
                await partitions.PrepareAsync(CancellationToken.None);
            }
            catch (PostgresException locked) when (locked.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                // The process is at these tables, too.
            }
            return await CountAsync() == 3;
        });

        Assert.Equal(0, await database.ScalarAsync<long>(
            "select count(*) from pg_constraint where conrelid = 'checkin.events_rest'::regclass and conname = 'excludes_next'"));
        await WorkAsync(checkIn, "EMP001");

        Task<long> CountAsync() => database.ScalarAsync<long>(
            "select count(*) - 1 from pg_inherits where inhparent = 'checkin.events'::regclass");
    }

    [Fact]
    public async Task A_replay_sends_old_check_outs_where_keys_are_honoured_and_elsewhere_only_if_asked()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        await WorkAsync(checkIn, "EMP001");
        await checkIn.SettledAsync();

        var unsaid = await RunAsync(checkIn, "replay", "--employee", "EMP001", "--dry-run");
        Assert.Contains("0 of 2 deliveries", unsaid, StringComparison.Ordinal);
        var dry = await RunAsync(checkIn, "replay", "--employee", "EMP001", "--dry-run", "--checkin:legacy:idempotent=true");
        Assert.Contains("would send", dry, StringComparison.Ordinal);
        Assert.Contains("1 of 2 deliveries", dry, StringComparison.Ordinal);
        await RunAsync(checkIn, "replay", "--employee", "EMP001", "--checkin:legacy:idempotent=true");
        await Eventually.True(() => checkIn.Legacy.Effects("EMP001")[0].Calls == 2);
        await RunAsync(checkIn, "replay", "--employee", "EMP001", "--destination", "email", "--again");

        await Eventually.True(() => checkIn.Mail.Received("EMP001@example.com")[0].Times == 2);
        await checkIn.SettledAsync();
        Assert.Single(checkIn.Legacy.Effects("EMP001"));
    }

    [Fact]
    public async Task A_wrong_command_line_is_named()
    {
        await using var process = StartedProcess.Service("CheckIn", "purge");
        Assert.Equal(2, await process.ExitAsync());

        Assert.Contains("older_than", process.Errors, StringComparison.Ordinal);
    }

    private static async Task WorkAsync(CheckInRig checkIn, string employee)
    {
        await checkIn.TappedAsync(employee);
        await checkIn.TappedAsync(employee);
    }

    private static async Task<string> RunAsync(CheckInRig checkIn, string command, params string[] args)
    {
        await using var process = StartedProcess.Service("CheckIn", [command, .. args, checkIn.System.ServerArgs[1]]);
        Assert.True(await process.ExitAsync() == 0, process.Said);
        return process.Said;
    }
}
