using System.Globalization;
using System.Text.Json.Nodes;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Adds up what the last counting process printed, each event once, and holds it against the figures that it answers.</summary>
internal static class FiguresCheck
{
    public static IEnumerable<Finding> Find(CasinoEvidence evidence)
    {
        var facts = evidence.Printings[^1].Lines.Select(printed => printed.Fact).DistinctBy(fact => fact.Id).ToList();
        (string Name, string Sum)[] sums =
        [
            ("events_total", facts.Count.ToString(CultureInfo.InvariantCulture)),
            ("top_player_bets", Top(facts.Where(fact => fact.Type == "bet"), _ => 1)),
            ("top_player_wins", Top(facts.Where(fact => fact is { Type: "bet", HasWon: true }), _ => 1)),
            ("top_player_deposits", Top(facts.Where(fact => fact.Type == "deposit"), fact => FinalForm.EurCents(fact)!.Value)),
        ];
        return
            from sum in sums
            let said = evidence.Figures[sum.Name]?.ToJsonString() ?? "null"
            where said != sum.Sum
            select new Finding(Break.Lie, $"{sum.Name} is {said}, and {sum.Sum} by what was printed");
    }

    private static string Top(IEnumerable<CasinoFact> facts, Func<CasinoFact, long> worth)
    {
        var sums = facts.GroupBy(fact => fact.Player).Select(player => (Id: player.Key, Count: player.Sum(worth))).ToList();
        return sums.Count == 0
            ? "null"
            : sums.OrderByDescending(sum => sum.Count).ThenBy(sum => sum.Id).Select(sum => new JsonObject { ["id"] = sum.Id, ["count"] = sum.Count }.ToJsonString()).First();
    }
}
