using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>The result of reading one record: a valid record, or all its problems.</summary>
public readonly struct Reading
{
    private readonly IReadOnlyList<FieldProblem>? _problems;

    internal Reading(Record record)
    {
        Record = record;
        Id = record.Key;
    }

    internal Reading(RecordId id, IReadOnlyList<FieldProblem> problems)
    {
        Id = id;
        _problems = problems;
    }

    internal Reading(string problem)
        : this(default(RecordId), [new FieldProblem("", problem)])
    {
    }

    /// <summary>The valid record; null when there are <see cref="Problems"/>.</summary>
    public Record? Record { get; }

    /// <summary>The record's id; missing if it could not be read. An invalid record may have one.</summary>
    public RecordId Id { get; }

    public IReadOnlyList<FieldProblem> Problems => _problems ?? [];

    public bool IsValid => Record is not null;
}
