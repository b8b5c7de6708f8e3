using RideIngest.Casino.Aggregates;

namespace RideIngest.Unit.Casino;

public sealed class LeadersTests
{
    [Fact]
    public void The_first_five_are_those_that_sorting_all_players_would_give()
    {
        var random = new Random(7);
        var (leaders, counts) = (new Leaders(), new Dictionary<long, decimal>());
        for (var i = 0; i < 5000; i++)
        {
            var player = random.Next(1, 60);
            var count = random.Next(1, 4);
            leaders.Add(player, count);
            counts[player] = counts.GetValueOrDefault(player) + count;

            var sorted = counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key);
            Assert.Equal(sorted.Take(5).Select(pair => new Top(pair.Key, pair.Value)), leaders.First);
            Assert.Equal(leaders.First[0], leaders.Top);
        }
    }

    [Fact]
    public void Beyond_the_most_players_those_that_lead_keep_their_counts()
    {
        var leaders = new Leaders(mostPlayers: 100);
        for (var player = 1; player <= 5; player++)
            leaders.Add(player, 1000 - player);

        for (var player = 10; player < 10_000; player++)
            leaders.Add(player, 1);

        Assert.Equal([1L, 2, 3, 4, 5], leaders.First.Select(top => top.Id));
        leaders.Add(5, 1000);
        Assert.Equal(new Top(5, 1995), leaders.Top);
    }
}
