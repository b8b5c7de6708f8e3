using RideIngest.Integration.Systems;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>Deliveries while a third party fails.</summary>
public sealed class DeliveryTests
{
    private const string AnyTap = "--checkin:duplicate_window=0s";
    private const string Keyless = "--checkin:legacy:idempotent=false";
    private const string Never = "--checkin:recover_after=1d";

    [Fact]
    public async Task While_the_legacy_api_fails_one_call_is_tried_at_a_time_and_afterwards_each_check_out_has_one_effect()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, "--checkin:attempts=3");
        checkIn.Legacy.Set(LegacyFault.Errors);

        await WorkAsync(checkIn, 20);
        await Eventually.True(async () => (string)(await checkIn.DestinationAsync("labor-cost"))["breaker"]! == "open");
        var opened = checkIn.Legacy.Calls;
        await Eventually.True(() => checkIn.Legacy.Calls >= opened + 5);
        var failing = await checkIn.DestinationAsync("labor-cost");
        checkIn.Legacy.Set(LegacyFault.None);

        await checkIn.SettledAsync();
        Assert.Equal("500 Internal Server Error: The ledger is locked", (string)failing["reason"]!);
        Assert.Equal(20, checkIn.Legacy.Effects().Count);
        Assert.Equal(20, checkIn.Mail.Received().Count);
        var after = await checkIn.DestinationAsync("labor-cost");
        Assert.Equal(("closed", 20, 0), ((string)after["breaker"]!, (int)after["delivered"]!, (int)after["dead"]!));
        Assert.Null(after["reason"]);
    }

    [Theory]
    [InlineData(LegacyFault.DropAnswer)]
    [InlineData(LegacyFault.Silent)]
    public async Task A_lost_answer_is_retried_where_keys_are_honoured_and_has_one_effect(LegacyFault fault)
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, "--checkin:legacy:timeout=500ms");
        checkIn.Legacy.Set(fault);

        await WorkAsync(checkIn, 1);
        await Eventually.True(() => checkIn.Legacy.Calls > 1);
        checkIn.Legacy.Set(LegacyFault.None);

        await checkIn.SettledAsync();
        Assert.True(Assert.Single(checkIn.Legacy.Effects()).Calls > 1);
        Assert.Empty(await LettersAsync(checkIn));
    }

    [Theory]
    [InlineData(LegacyFault.DropAnswer)]
    [InlineData(LegacyFault.Silent)]
    public async Task A_lost_answer_is_in_doubt_where_keys_are_not_honoured(LegacyFault fault)
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, Keyless, "--checkin:legacy:timeout=500ms");
        checkIn.Legacy.Set(fault);

        await WorkAsync(checkIn, 1);

        await Eventually.True(async () => (await LettersAsync(checkIn)).Count > 0);
        Assert.Equal(["labor-cost partner in_doubt"], await LettersAsync(checkIn));
        Assert.Equal(1, Assert.Single(checkIn.Legacy.Effects()).Calls);
    }

    [Fact]
    public async Task A_call_with_an_unexpected_exception_is_in_doubt()
    {
        // No header can have such a key.
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, Keyless, "--checkin:legacy:key=a\nb");

        await WorkAsync(checkIn, 1);

        await Eventually.True(async () => (await LettersAsync(checkIn)).Count > 0);
        Assert.Equal(["labor-cost partner in_doubt"], await LettersAsync(checkIn));
        Assert.Contains(
            "an unexpected exception: ", await checkIn.System.Database.ScalarAsync<string>("select message from ops.dead_letters"),
            StringComparison.Ordinal);
        Assert.Equal(0, checkIn.Legacy.Calls);
    }

    [Fact]
    public async Task An_answer_without_an_effect_is_retried_where_keys_are_not_honoured()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, Keyless);
        checkIn.Legacy.Set(LegacyFault.Errors);

        await WorkAsync(checkIn, 1);
        await Eventually.True(() => checkIn.Legacy.Calls > 1);
        checkIn.Legacy.Set(LegacyFault.None);

        await checkIn.SettledAsync();
        Assert.Equal(1, Assert.Single(checkIn.Legacy.Effects()).Calls);
    }

    [Fact]
    public async Task A_refused_call_is_a_dead_letter_at_once()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        checkIn.Legacy.Set(LegacyFault.Reject);

        await WorkAsync(checkIn, 1);

        await Eventually.True(async () => (await LettersAsync(checkIn)).Count > 0);
        Assert.Equal(["labor-cost partner refused"], await LettersAsync(checkIn));
        Assert.Equal(1, checkIn.Legacy.Calls);
    }

    [Fact]
    public async Task Too_many_calls_wait_as_long_as_the_api_asks_and_lower_the_rate()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        checkIn.Legacy.Set(LegacyFault.Quota, rate: 5);

        await WorkAsync(checkIn, 8);

        await Eventually.True(async () => (double)(await checkIn.DestinationAsync("labor-cost"))["rate_limit"]! < 50);
        await checkIn.SettledAsync();
        Assert.Equal(8, checkIn.Legacy.Effects().Count);
        Assert.Empty(await LettersAsync(checkIn));
    }

    [Fact]
    public async Task What_always_fails_while_others_succeed_is_a_dead_letter_and_is_sent_again_once()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, "--checkin:attempts=1", "--checkin:recover_after=2s");
        checkIn.Legacy.Set(LegacyFault.Errors);
        await WorkAsync(checkIn, 1);
        await Eventually.True(async () => (await LettersAsync(checkIn)).Count > 0);
        Assert.Equal(["labor-cost partner failed"], await LettersAsync(checkIn));
        checkIn.Legacy.Set(LegacyFault.None);

        await Eventually.True(() => checkIn.Legacy.Effects().Count == 1);

        Assert.Equal("replayed automatic", await checkIn.System.Database.ScalarAsync<string>(
            "select string_agg(action || ' ' || who, ', ') from ops.dead_letter_actions"));
        await checkIn.SettledAsync();
    }

    [Fact]
    public async Task A_mail_whose_answer_was_lost_is_in_doubt_and_one_that_is_refused_is_a_dead_letter()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, Never);
        await checkIn.Mail.SetAsync(MailFault.DropAnswer);
        await WorkAsync(checkIn, 1);
        await Eventually.True(async () => (await LettersAsync(checkIn)).Count == 1);
        await checkIn.Mail.SetAsync(MailFault.Refuse);
        await WorkAsync(checkIn, 1, from: 500);

        await Eventually.True(async () => (await LettersAsync(checkIn)).Count == 2);
        Assert.Equal(["email partner in_doubt", "email partner refused"], await LettersAsync(checkIn));
        Assert.Equal(1, Assert.Single(checkIn.Mail.Received()).Times);
        Assert.Equal(2, checkIn.Legacy.Effects().Count);
    }

    [Fact]
    public async Task While_the_mail_server_is_away_labour_costs_go_on()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        await checkIn.Mail.SetAsync(MailFault.Down);

        await WorkAsync(checkIn, 5);
        await Eventually.True(() => checkIn.Legacy.Effects().Count == 5);
        await checkIn.Mail.SetAsync(MailFault.None);

        await checkIn.SettledAsync();
        Assert.Equal(5, checkIn.Mail.Received().Count);
        Assert.Empty(await LettersAsync(checkIn));
    }

    /// <summary>Lets employees check in and out.</summary>
    private static async Task WorkAsync(CheckInRig checkIn, int employees, int from = 100) => await Task.WhenAll(
        Enumerable.Range(from, employees).Select(async number =>
        {
            await checkIn.TappedAsync($"EMP{number}");
            await checkIn.TappedAsync($"EMP{number}");
        }));

    private static async Task<IReadOnlyList<string>> LettersAsync(CheckInRig checkIn) =>
        (await checkIn.System.Database.ScalarAsync<string>(
            "select coalesce(string_agg(concat_ws(' ', stage, class, code), ',' order by stage, code), '') from ops.dead_letters"))
        .Split(',', StringSplitOptions.RemoveEmptyEntries);
}
