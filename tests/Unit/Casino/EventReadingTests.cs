using System.Buffers;
using System.Text;
using System.Text.Json;
using RideIngest.Casino.Events;
using RideIngest.Records.Kinds;

namespace RideIngest.Unit.Casino;

public sealed class EventReadingTests
{
    private static readonly EventKind Kind = new();

    [Fact]
    public void A_well_formed_event_is_read()
    {
        var reading = Read(
            """{"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":true,"created_at":"2022-02-02T23:45:00Z"}""");
        Assert.Equal(Kind.Sample with { HasWon = true }, reading.Record);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once_under_the_event_s_id()
    {
        var reading = Read("""{"id":77,"player_id":0,"game_id":"x","type":"bet","amount":-1,"currency":"DEM","created_at":"yesterday"}""");
        Assert.Equal(77, reading.Id);
        Assert.Equal(
            ["player_id", "game_id", "amount", "currency", "created_at"], reading.Problems.Select(problem => problem.Field));
    }

    [Theory]
    [InlineData(
        """{"id":1,"player_id":1,"game_id":100,"type":"deposit","amount":1,"currency":"EUR","created_at":"2022-01-01T00:00:00Z"}""",
        "game_id is not for deposits")]
    [InlineData(
        """{"id":1,"player_id":1,"game_id":100,"type":"game_start","amount":1,"created_at":"2022-01-01T00:00:00Z"}""",
        "amount is for bets and deposits only")]
    [InlineData(
        """{"id":1,"player_id":1,"game_id":100,"type":"game_stop","has_won":true,"created_at":"2022-01-01T00:00:00Z"}""",
        "has_won is for bets only")]
    [InlineData("""{"id":1,"player_id":1,"type":"game_stop","created_at":"2022-01-01T00:00:00Z"}""", "game_id is required for a game_stop")]
    [InlineData(
        """{"id":1,"player_id":1,"type":"deposit","amount":1,"currency":"","created_at":"2022-01-01T00:00:00Z"}""",
        "currency is required for a deposit")]
    [InlineData(
        """{"id":1,"player_id":1,"game_id":100,"type":"game_start","createdAt":"2022-01-01T00:00:00Z"}""",
        "created_at is missing; 'createdAt' was given and is not a field")]
    public void Rules_say_what_they_want(string json, string problem) =>
        Assert.Equal(problem, Assert.Single(Read(json).Problems).ToString());

    [Theory]
    [InlineData(
        """{"id":1,"player_id":10,"game_id":100,"type":"bet","currency":"USD","created_at":"2022-01-10T12:34:56.789+00"}""", "USD 0 False")]
    [InlineData(
        """{"id":1,"player_id":10,"game_id":100,"type":"game_start","amount":0,"currency":"","has_won":false,"player":{},"created_at":"2022-01-10T12:34:56Z"}""",
        "  ")]
    [InlineData("""{"id":1,"player_id":10,"type":"deposit","has_won":false,"currency":"EUR","created_at":"2022-01-10T12:34:56Z"}""", "EUR 0 ")]
    public void Fields_at_their_zero_value_may_be_left_out_or_sent_where_they_mean_nothing(string json, string expected)
    {
        var reading = Read(json);

        var e = Assert.IsType<CasinoEvent>(reading.Record);
        Assert.Equal(expected, $"{e.Currency} {e.Amount} {e.HasWon}");
    }

    [Fact]
    public void A_line_has_the_event_s_own_keys_in_their_order()
    {
        var e = Kind.Sample with
        {
            AmountEur = 468,
            Player = new("john@example.com", new DateTimeOffset(2022, 1, 10, 12, 30, 0, TimeSpan.Zero)),
            Description = "Player #11 …",
        };
        Assert.Equal(
            """{"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":false,"created_at":"2022-02-02T23:45:00Z","amount_eur":468,"player":{"email":"john@example.com","last_signed_in_at":"2022-01-10T12:30:00Z"},"description":"Player #11 …"}""" + "\n",
            Line(e));
        Assert.Equal(e, EventJson.Read(Encoding.UTF8.GetBytes(Line(e))));
    }

    [Fact]
    public void A_player_who_is_missing_is_empty()
    {
        var e = Kind.Sample with { Player = Player.Missing };
        Assert.EndsWith(",\"player\":{}}\n", Line(e), StringComparison.Ordinal);
        Assert.Equal(e, EventJson.Read(Encoding.UTF8.GetBytes(Line(e))));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":\"dance\"}")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":\"bet\",\"amount\":5}")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":\"bet\",\"amount\":5,\"currency\":\"XYZ\"}")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":\"bet\",\"amount\":9000000000000,\"currency\":\"EUR\"}")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":\"bet\",\"currency\":\"CHF\"}")]
    [InlineData("{\"id\":1,\"player_id\":1,\"type\":9}")]
    [InlineData("{\"id\":1,\"type\":\"bet\"}")]
    [InlineData("{}")]
    [InlineData("{\"id\":1")]
    public void A_line_that_could_not_be_completed_is_no_event(string line) =>
        Assert.Throws<JsonException>(() => EventJson.Read(Encoding.UTF8.GetBytes(line)));

    private static Reading Read(string json) => Kind.Read(Encoding.UTF8.GetBytes(json));

    private static string Line(CasinoEvent e)
    {
        var line = new ArrayBufferWriter<byte>();
        using var json = EventJson.Writer(line);
        EventJson.WriteLine(e, json, line);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }
}
