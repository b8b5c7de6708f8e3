using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Holds what the senders were told against what is there.</summary>
internal static class Checker
{
    public static List<Finding> Check(Ledger ledger, Evidence evidence)
    {
        var findings = new List<Finding>();
        var letters = LettersById(ledger, evidence, findings);
        var foreign = ledger.Frames.SelectMany(frame => frame.Ids).ToHashSet();
        foreach (var (id, attempts) in ledger.Records)
            findings.AddRange(new RecordCheck(id, attempts, evidence, letters.GetValueOrDefault(id)
                ?? [], foreign.Contains(id)).Findings());
        foreach (var id in foreign)
        {
            if (!evidence.Rows.ContainsKey(id) && !letters.ContainsKey(id))
                findings.Add(
                    new Finding(
                        Break.Lost, $"record {id}, which a foreign publisher's frame brought, is neither stored nor a dead letter"));
        }
        foreach (var (id, row) in evidence.Rows)
        {
            var known = ledger.Records.TryGetValue(id, out var attempts);
            if (!known && !foreign.Contains(id))
                findings.Add(new Finding(Break.Unsent, $"record {id} is stored, and nobody sent it"));
            else if (!VersionsOf(attempts, foreign.Contains(id)).Any(version => Content.Of(id, version) == row))
                findings.Add(new Finding(Break.Unsent, $"record {id} is stored, and not as anybody sent it: {row}"));
        }
        findings.AddRange(evidence.Repeated.Select(id => new Finding(Break.Duplicated, $"record {id} is stored more than once")));
        findings.AddRange(ledger.NonsenseAnswers.Select(answer => new Finding(Break.Lie, answer)));
        return findings;
    }

    /// <summary>The dead letters that are records of ours, by id and version; the others must be what a foreign publisher sent.</summary>
    private static Dictionary<long, List<int>> LettersById(Ledger ledger, Evidence evidence, List<Finding> findings)
    {
        var byId = new Dictionary<long, List<int>>();
        var garbage = ledger.Frames.Where(frame => frame.Ids.Count == 0).Select(frame => Convert.ToBase64String(frame.Payload)).ToHashSet();
        var kept = new HashSet<string>();
        foreach (var letter in evidence.Letters)
        {
            if (Content.Read(letter.Payload) is { } record)
            {
                if (!ledger.Records.ContainsKey(record.Id) && !ledger.Frames.Any(frame => frame.Ids.Contains(record.Id)))
                    findings.Add(new Finding(Break.Unsent, $"a dead letter holds record {record.Id}, which nobody sent"));
                else if (!Content.Of(record.Id, Content.VersionOf(record)).Equals(record))
                    findings.Add(new Finding(Break.Unsent, $"a dead letter holds record {record.Id} not as anybody sent it"));
                (byId.TryGetValue(record.Id, out var versions) ? versions : byId[record.Id] = []).Add(Content.VersionOf(record));
            }
            else if (!garbage.Contains(Convert.ToBase64String(letter.Payload)))
                findings.Add(
                    new Finding(Break.Unsent, $"a dead letter ({letter.Code}) holds {letter.Payload.Length} bytes that nobody sent"));
            else
                kept.Add(Convert.ToBase64String(letter.Payload));
        }
        findings.AddRange(
            garbage.Except(kept).Select(
                lost => new Finding(Break.Lost, $"a foreign publisher's frame of {lost.Length * 3 / 4} bytes is no dead letter")));
        return byId;
    }

    private static IEnumerable<int> VersionsOf(List<Attempt>? attempts, bool foreign) =>
        (attempts ?? []).Select(attempt => attempt.Version).Concat(foreign ? [0] : []).Distinct();
}
