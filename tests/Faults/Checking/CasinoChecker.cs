using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Holds what the senders of events were told against what was printed, and that against what was counted.</summary>
internal static class CasinoChecker
{
    public static List<Finding> Check(Ledger ledger, CasinoEvidence evidence)
    {
        var findings = new List<Finding>();
        foreach (var (number, printing) in evidence.Printings.Index())
        {
            findings.AddRange(
                printing.Rest.Select(line => new Finding(Break.Unsent, $"counting process {number + 1} printed what is no event: {line}")));
            findings.AddRange(printing.Lines.SelectMany(printed => Of(ledger, printed.Fact, printed.Line)));
            findings.AddRange(printing.Lines.CountBy(printed => printed.Fact.Id).Where(count => count.Value > 1)
                .Select(
                    count => new Finding(
                        Break.Duplicated, $"counting process {number + 1} printed event {count.Key} {count.Value} times")));
        }
        findings.AddRange(Again(ledger, evidence));
        var printed = evidence.Printings.SelectMany(printing => printing.Lines).Select(line => line.Fact.Id).ToHashSet();
        findings.AddRange(ledger.Records.SelectMany(record => Of(record.Key, record.Value, printed.Contains(record.Key))));
        findings.AddRange(GeneratedCheck.Find(printed, ledger.Killed));
        findings.AddRange(FiguresCheck.Find(evidence));
        findings.AddRange(ledger.NonsenseAnswers.Select(answer => new Finding(Break.Lie, answer)));
        return findings;
    }

    private static IEnumerable<Finding> Of(Ledger ledger, CasinoFact fact, string line)
    {
        if (!GeneratedCheck.IsGenerated(fact.Id) && !ledger.Records.ContainsKey(fact.Id))
            yield return new Finding(Break.Unsent, $"event {fact.Id} is printed, and nobody sent it");
        var expected = FinalForm.Of(GeneratedCheck.IsGenerated(fact.Id) ? fact : CasinoFact.Of(fact.Id));
        if (line != expected)
            yield return new Finding(Break.Unsent, $"event {fact.Id} is printed as {line} and should be {expected}");
    }

    private static IEnumerable<Finding> Of(long id, List<Attempt> attempts, bool printed)
    {
        if (!printed && attempts.Find(attempt => attempt.Told == Told.Accepted) is { } accepted)
            yield return new Finding(
                Break.Lost, $"event {id}, sent at {accepted.At.Sent} ms, was accepted at {accepted.At.Answered} ms, and nobody printed it");
        if (printed && attempts.TrueForAll(attempt => attempt.Told is Told.NotKept or Told.NotSent))
            yield return new Finding(
                Break.Lie, $"event {id}, sent at {attempts[0].At.Sent} ms, was said not to be taken every time, and is printed");
    }

    /// <summary>
    /// What one process has counted and acknowledged, its successor must not count. It may what the stream still had when that process had
    /// ended, and what its sender sent again.
    /// </summary>
    private static IEnumerable<Finding> Again(Ledger ledger, CasinoEvidence evidence)
    {
        var before = new HashSet<long>();
        foreach (var printing in evidence.Printings)
        {
            foreach (var id in printing.Lines
                .Select(printed => printed.Fact.Id)
                .Where(id => before.Contains(id) && !ledger.Left.Contains(id)))
            {
                if (!ledger.Records.TryGetValue(id, out var attempts)
                    || attempts.Count(attempt => attempt.Told is not (Told.NotKept or Told.NotSent)) < 2)
                    yield return new Finding(
                        Break.Duplicated, $"event {id} was counted and acknowledged by one process, and counted by the next");
            }
            before.UnionWith(printing.Lines.Select(printed => printed.Fact.Id));
        }
    }
}
