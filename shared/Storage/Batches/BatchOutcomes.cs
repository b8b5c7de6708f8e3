using Npgsql;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Storage.Batches;

/// <summary>
/// Tracks the outcome of each row and chooses the rows to store next. Of the rows with one id, the first is stored and the others are
/// compared with it; if the first was refused, the next one is tried.
/// </summary>
internal sealed class BatchOutcomes(Batch batch)
{
    private readonly Outcome?[] _outcomes = new Outcome?[batch.Count];
    private readonly Guid[] _resting = new Guid[batch.Count];

    internal Outcome[] ByArrival
    {
        get
        {
            var byArrival = new Outcome[batch.Count];
            for (var row = 0; row < batch.Count; row++)
                byArrival[batch.Arrival(row)] = _outcomes[row]!.Value;
            return byArrival;
        }
    }

    internal void Stored(List<int> rows)
    {
        foreach (var row in rows)
            (_outcomes[row], _resting[row]) = (new Outcome(Status.Stored), batch.Digest(row));
    }

    internal void Exists(int row, Guid digest)
    {
        _resting[row] = digest;
        _outcomes[row] = digest == batch.Digest(row)
            ? new Outcome(Status.Duplicate)
            : new Outcome(Status.Conflict, Message: $"another record with the id {batch.Id(row)} is stored");
    }

    internal void Failed(int row, PostgresException refused) =>
        _outcomes[row] = new Outcome(Status.Failed, refused.SqlState, refused.MessageText);

    /// <summary>Settles the rows that can be settled, and returns the next rows to store: one for each id without a stored row.</summary>
    internal List<int> NextRows()
    {
        var next = new List<int>(batch.Count);
        var resting = -1;
        var chosen = -1;
        for (var row = 0; row < batch.Count; row++)
        {
            if (row == 0 || batch.Id(row) != batch.Id(row - 1))
                (resting, chosen) = (-1, -1);
            if (_outcomes[row] is { } settled)
                resting = settled.Status == Status.Failed ? resting : row;
            else if (resting >= 0)
                Exists(row, _resting[resting]);
            else if (chosen < 0)
                next.Add(chosen = row);
        }
        return next;
    }
}
