using System.Text.Json.Nodes;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Tests;

/// <summary>That the casino's checker finds what it is there to find: each test plants one lie into what is otherwise true.</summary>
public sealed class CasinoCheckerTests
{
    private const long Generated = 7L << 32;
    private const int Posted = 50;

    [Fact]
    public void What_is_true_has_no_findings() => Assert.Empty(Findings([Lines()]));

    [Fact]
    public void The_final_form_is_the_one_that_was_agreed()
    {
        const string Line = """{"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":false,"created_at":"2022-02-02T23:45:00Z","amount_eur":468,"player":{"email":"jane@example.com","last_signed_in_at":"2022-02-02T23:40:00Z"},"description":"Player #11 (jane@example.com) placed a bet of 5 USD (4.68 EUR) on a game \"It's bananas!\" on February 2nd, 2022 at 23:45 UTC."}""";
        Assert.Equal(Line, FinalForm.Of(Printing.Of(Line + "\n").Lines[0].Fact));
    }

    [Fact]
    public void An_accepted_event_that_nobody_printed_is_lost() => Assert.Equal(Break.Lost, Only(Findings([Lines()[1..]])));

    [Fact]
    public void An_event_of_a_generator_that_is_missing_between_others_is_lost() =>
        Assert.Equal(Break.Lost, Only(Findings([Lines()[..^2].Append(Lines()[^1])])));

    [Fact]
    public void An_event_that_is_printed_twice_is_duplicated() =>
        Assert.Equal(Break.Duplicated, Only(Findings([Lines().Append(Lines()[0])])));

    [Fact]
    public void An_event_that_one_process_had_acknowledged_and_the_next_counts_is_duplicated() =>
        Assert.Equal(Break.Duplicated, Only(Findings([Lines()[..10], Lines()[9..]])));

    [Fact]
    public void An_event_that_was_left_in_the_stream_is_for_the_next_process()
    {
        var ledger = Ledger();
        ledger.Left.Add(10);
        Assert.Empty(Findings([Lines()[..10], Lines()[9..]], ledger));
    }

    [Fact]
    public void Half_a_line_of_a_process_that_was_killed_is_no_event() =>
        Assert.Empty(CasinoChecker.Check(Ledger(), Evidence(["{\"id\":1,\"pl", Text(Lines())])));

    [Fact]
    public void An_event_that_nobody_sent_is_found() =>
        Assert.Equal(Break.Unsent, Only(Findings([Lines().Append(FinalForm.Of(CasinoFact.Of(Posted + 1)))])));

    [Theory]
    [InlineData("\"player_id\":1", "\"player_id\":2")]
    [InlineData("\"amount\":", "\"amount\":9")]
    [InlineData("\"amount_eur\":", "\"amount_eur\":9")]
    [InlineData("@example.com\",", "@example.org\",")]
    [InlineData(" UTC.", " CET.")]
    public void An_event_that_was_changed_is_found(string from, string to)
    {
        var changed = Lines().First(line => line.Contains(from, StringComparison.Ordinal));
        Assert.Contains(Break.Unsent, Findings([Lines().Select(line => line == changed
            ? line.Replace(from, to, StringComparison.Ordinal)
            : line)]).Select(finding => finding.Break));
    }

    [Fact]
    public void An_event_that_was_said_not_to_be_taken_and_is_printed_is_a_lie()
    {
        var ledger = Ledger();
        ledger.Records[1][0] = ledger.Records[1][0] with { Told = Told.NotKept };
        Assert.Equal(Break.Lie, Only(Findings([Lines()], ledger)));
    }

    [Theory]
    [InlineData("events_total")]
    [InlineData("top_player_bets")]
    [InlineData("top_player_wins")]
    [InlineData("top_player_deposits")]
    public void A_figure_that_is_not_what_was_printed_is_a_lie(string figure)
    {
        var evidence = Evidence([Text(Lines())]);
        evidence.Figures[figure] = 1;
        Assert.Equal(Break.Lie, Only(CasinoChecker.Check(Ledger(), evidence)));
    }

    private static Break Only(List<Finding> findings) => Assert.Single(findings).Break;

    /// <summary>Every posted event was accepted.</summary>
    private static Ledger Ledger()
    {
        var ledger = new Ledger();
        for (var id = 1; id <= Posted; id++)
            ledger.Add(id, new Attempt(0, (0, 1), Told.Accepted));
        return ledger;
    }

    /// <summary>The posted events, and some of a generator.</summary>
    private static string[] Lines() =>
        [.. Enumerable
            .Range(1, Posted)
            .Select(id => FinalForm.Of(CasinoFact.Of(id))), .. Enumerable.Range(0, 5).Select(n => FinalForm.Of(CasinoFact.Of(1) with
        {
            Id = Generated + n,
        }))];

    private static List<Finding> Findings(IEnumerable<string>[] printed, Ledger? ledger = null) =>
        CasinoChecker.Check(ledger ?? Ledger(), Evidence([.. printed.Select(Text)]));

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static CasinoEvidence Evidence(string[] outputs)
    {
        Printing[] printings = [.. outputs.Select(Printing.Of)];
        return new(printings, JsonNode.Parse(FiguresCheck.Sums(printings[^1]).ToJsonString())!);
    }
}
