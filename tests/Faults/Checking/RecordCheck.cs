using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Everything that was said of one id, against what became of it.</summary>
/// <param name="letters">The versions of it that rest as dead letters.</param>
/// <param name="foreign">A foreign publisher sent version 0 of it too.</param>
internal sealed class RecordCheck(long id, List<Attempt> attempts, Evidence evidence, List<int> letters, bool foreign)
{
    public IEnumerable<Finding> Findings()
    {
        var stored = evidence.Rows.TryGetValue(id, out var row) ? Content.VersionOf(row) : (int?)null;
        foreach (var attempt in attempts)
        {
            if (Of(attempt, stored) is { } finding)
                yield return finding;
        }
        if (attempts.Count(attempt => attempt.Told == Told.Stored) > 1)
            yield return new Finding(
                Break.Duplicated, $"record {id} was said to be stored anew {attempts.Count(attempt => attempt.Told == Told.Stored)} times");
        if (stored is null && letters.Count > 0)
            yield return new Finding(Break.Lost, $"record {id} is right, and rests as a dead letter where nothing of it is stored");
        if (stored is { } version && letters.Contains(version))
            yield return new Finding(Break.Duplicated, $"record {id} is stored, and the same content is a dead letter as well");
        if (!foreign && attempts.TrueForAll(attempt => attempt.Told is Told.NotKept or Told.NotSent)
            && (stored is not null || letters.Count > 0))
            yield return new Finding(Break.Lie, $"record {id} was said not to be kept every time, and is there");
    }

    private Finding? Of(Attempt attempt, int? stored)
    {
        var of = $"record {id} (version {attempt.Version}, sent at {attempt.At.Sent} ms, answered at {attempt.At.Answered} ms)";
        return attempt.Told switch
        {
            Told.Stored or Told.Duplicate when stored != attempt.Version =>
                new Finding(
                    Break.Lost,
                    $"{of} was answered {attempt.Told}, and {(stored is null ? "is not there" : $"version {stored} is there")}"),
            Told.Accepted when stored is null && !letters.Contains(attempt.Version) =>
                new Finding(Break.Lost, $"{of} was accepted, and is neither stored nor a dead letter"),
            Told.Conflict when stored is null || stored == attempt.Version =>
                new Finding(Break.Lie, $"{of} was answered Conflict, and {(stored is null ? "nothing" : "the same")} is stored"),
            _ => null,
        };
    }
}
