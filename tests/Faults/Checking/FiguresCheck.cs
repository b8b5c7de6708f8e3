using System.Text.Json.Nodes;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Adds up what the last counting process printed, each event once, and holds it against the figures that it answers.</summary>
internal static class FiguresCheck
{
    public static IEnumerable<Finding> Find(CasinoEvidence evidence) =>
        from sum in Sums(evidence.Printings[^1])
        let said = evidence.Figures[sum.Key]?.ToJsonString() ?? "null"
        let right = sum.Value?.ToJsonString() ?? "null"
        where said != right
        select new Finding(Break.Lie, $"{sum.Key} is {said}, and {right} by what was printed");

    /// <summary>The figures that depend on no clock.</summary>
    public static JsonObject Sums(Printing printing)
    {
        var facts = printing.Lines.Select(printed => printed.Fact).DistinctBy(fact => fact.Id).ToList();
        return new JsonObject
        {
            ["events_total"] = facts.Count,
            ["top_player_bets"] = Top(facts.Where(fact => fact.Type == "bet"), _ => 1),
            ["top_player_wins"] = Top(facts.Where(fact => fact is { Type: "bet", HasWon: true }), _ => 1),
            ["top_player_deposits"] = Top(facts.Where(fact => fact.Type == "deposit"), fact => FinalForm.EurCents(fact)!.Value),
        };
    }

    private static JsonObject? Top(IEnumerable<CasinoFact> facts, Func<CasinoFact, long> worth) =>
        facts.GroupBy(fact => fact.Player)
            .Select(player => (Id: player.Key, Count: player.Sum(worth)))
            .OrderByDescending(sum => sum.Count).ThenBy(sum => sum.Id)
            .Select(sum => new JsonObject { ["id"] = sum.Id, ["count"] = sum.Count })
            .FirstOrDefault();
}
