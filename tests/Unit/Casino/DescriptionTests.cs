using System.Globalization;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;

namespace RideIngest.Unit.Casino;

public sealed class DescriptionTests
{
    [Fact]
    public void A_game_start_reads_as_agreed() => Assert.Equal(
        "Player #10 started playing a game \"Rocket Dice\" on January 10th, 2022 at 12:34 UTC.",
        Description.Of(Event(EventType.GameStart, 10, "2022-01-10T12:34:00Z") with { GameId = 100 }));

    [Fact]
    public void A_bet_reads_as_agreed() => Assert.Equal(
        "Player #11 (john@example.com) placed a bet of 5 USD (4.68 EUR) on a game \"It's bananas!\" on February 2nd, 2022 at 23:45 UTC.",
        Description.Of(Event(EventType.Bet, 11, "2022-02-02T23:45:00Z") with
        {
            GameId = 101,
            Amount = 500,
            Currency = "USD",
            HasWon = false,
            AmountEur = 468,
            Player = new("john@example.com"),
        }));

    [Fact]
    public void A_deposit_reads_as_agreed() => Assert.Equal(
        "Player #12 made a deposit of 100 EUR on February 3rd, 2022 at 12:12 UTC.",
        Description.Of(Event(EventType.Deposit, 12, "2022-02-03T12:12:00Z") with
        {
            Amount = 10_000,
            Currency = "EUR",
            AmountEur = 10_000,
            Player = Player.Missing,
        }));

    [Fact]
    public void A_game_stop_reads_alike() => Assert.Equal(
        "Player #10 (john@example.com) stopped playing a game \"#BarsAndBells\" on January 10th, 2022 at 12:34 UTC.",
        Description.Of(Event(EventType.GameStop, 10, "2022-01-10T12:34:00Z") with { GameId = 107, Player = new("john@example.com") }));

    [Theory]
    [InlineData(1, "1st")]
    [InlineData(2, "2nd")]
    [InlineData(3, "3rd")]
    [InlineData(4, "4th")]
    [InlineData(10, "10th")]
    [InlineData(11, "11th")]
    [InlineData(12, "12th")]
    [InlineData(13, "13th")]
    [InlineData(20, "20th")]
    [InlineData(21, "21st")]
    [InlineData(22, "22nd")]
    [InlineData(23, "23rd")]
    [InlineData(30, "30th")]
    [InlineData(31, "31st")]
    public void Days_have_their_ordinals(int day, string ordinal) => Assert.Contains(
        $" on May {ordinal}, 2023 at 07:05 UTC.",
        Description.Of(Event(EventType.GameStart, 10, $"2023-05-{day:00}T07:05:59Z") with { GameId = 100 }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(500, "USD", "5 USD")]
    [InlineData(550, "USD", "5.5 USD")]
    [InlineData(505, "GBP", "5.05 GBP")]
    [InlineData(0, "NZD", "0 NZD")]
    [InlineData(123_456_789, "NZD", "1234567.89 NZD")]
    [InlineData(1, "BTC", "0.00000001 BTC")]
    [InlineData(99_999, "BTC", "0.00099999 BTC")]
    [InlineData(50_000, "BTC", "0.0005 BTC")]
    [InlineData(100_000_000, "BTC", "1 BTC")]
    public void Amounts_are_written_in_full_and_without_zeros_at_the_end(long amount, string currency, string text) => Assert.Contains(
        $" made a deposit of {text} (",
        Description.Of(Event(EventType.Deposit, 10, "2023-05-01T00:00:00Z") with { Amount = amount, Currency = currency, AmountEur = 1 }),
        StringComparison.Ordinal);

    [Fact]
    public void Euros_beside_another_currency_drop_their_zeros_too() => Assert.Contains(
        " of 0.0005 BTC (31.5 EUR) on ",
        Description.Of(Event(EventType.Deposit, 10, "2023-05-01T00:00:00Z") with { Amount = 50_000, Currency = "BTC", AmountEur = 3150 }),
        StringComparison.Ordinal);

    [Fact]
    public void The_time_is_told_in_UTC_whatever_the_offset() => Assert.EndsWith(
        " on December 31st, 2022 at 23:30 UTC.",
        Description.Of(Event(EventType.GameStart, 10, "2023-01-01T01:30:00+02:00") with { GameId = 100 }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(100, "Rocket Dice")]
    [InlineData(101, "It's bananas!")]
    [InlineData(102, "Wild Spin")]
    [InlineData(103, "Book of Dead")]
    [InlineData(104, "Pirate Jackpots")]
    [InlineData(105, "Western Gold 2")]
    [InlineData(106, "Super Rainbow Megaways")]
    [InlineData(107, "#BarsAndBells")]
    [InlineData(108, "Fortune Three")]
    [InlineData(109, "ChilliPop")]
    [InlineData(200, "#200")]
    public void Games_go_by_their_titles(long game, string title) => Assert.Equal(title, Games.Title(game));

    private static CasinoEvent Event(EventType type, long player, string at) =>
        new() { Id = 1, PlayerId = player, Type = type, CreatedAt = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) };
}
