using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>The result of reading one record: a valid record, or all its problems.</summary>
public readonly struct Reading
{
    private readonly RecordId _id;
    private readonly IReadOnlyList<FieldProblem>? _problems;

    internal Reading(Record record) => Record = record;

    internal Reading(RecordId id, IReadOnlyList<FieldProblem> problems)
    {
        _id = id;
        _problems = problems;
    }

    internal Reading(string problem)
        : this(default(RecordId), [new FieldProblem("", problem)])
    {
    }

    /// <summary>The valid record; null when there are <see cref="Problems"/>.</summary>
    public Record? Record { get; }

    /// <summary>The record's id; missing if it could not be read. An invalid record may have one.</summary>
    public RecordId Id => Record?.Key ?? _id;

    public IReadOnlyList<FieldProblem> Problems => _problems ?? [];

    /// <summary>The problems' messages by field.</summary>
    public IReadOnlyDictionary<string, string[]> ProblemsByField => Problems
        .GroupBy(problem => problem.Field)
        .ToDictionary(problems => problems.Key, problems => problems.Select(problem => problem.Message).ToArray());

    public bool IsValid => Record is not null;
}
