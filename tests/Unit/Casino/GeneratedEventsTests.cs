using System.Buffers;
using RideIngest.Casino.Events;
using RideIngest.Casino.Publish;

namespace RideIngest.Unit.Casino;

public sealed class GeneratedEventsTests
{
    private static readonly DateTimeOffset At = new(2022, 1, 10, 12, 34, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_makes_the_same_events() => Assert.Equal(Some(7), Some(7));

    [Fact]
    public void Every_event_is_well_formed_and_within_its_bounds()
    {
        var kind = new EventKind();
        var events = Some(1);
        foreach (var e in events)
        {
            var json = new ArrayBufferWriter<byte>();
            using var writer = EventJson.Writer(json);
            EventJson.WriteLine(e, writer, json);
            Assert.Empty(kind.Read(json.WrittenSpan).Problems);
            Assert.InRange(e.PlayerId, 10, 19);
            if (e.GameId is { } game)
                Assert.InRange(game, 100, 109);
            if (e.Amount is { } amount)
                Assert.InRange(amount, 1, e.Currency == "BTC" ? 99_999 : 1_999);
        }
        Assert.Equal(4, events.Select(e => e.Type).Distinct().Count());
        Assert.Equal(["BTC", "EUR", "GBP", "NZD", "USD"], events.Select(e => e.Currency).OfType<string>().Distinct().Order());
        var bets = events.Where(e => e.Type == EventType.Bet).ToList();
        Assert.InRange(bets.Count(e => e.HasWon == true) / (double)bets.Count, 0.03, 0.07);
    }

    private static List<CasinoEvent> Some(int seed)
    {
        var generated = new GeneratedEvents(new Random(seed), 1000);
        return [.. Enumerable.Range(0, 5000).Select(_ => generated.Next(At))];
    }
}
