namespace RideIngest.Records.Fields;

/// <summary>Collects a record's problems, the first of each field, in the order found. Allocates only when there is one.</summary>
public ref struct FieldProblems
{
    private List<FieldProblem>? _found;

    public readonly bool Any => _found is not null;

    /// <summary>Adds a problem, unless the field already has one: later problems are often consequences of the first.</summary>
    public void Add(string field, string message)
    {
        _found ??= [];
        if (field.Length == 0 || !Has(field))
            _found.Add(new FieldProblem(field, message));
    }

    /// <summary>Whether the field has a problem, in which case rules that depend on it are skipped.</summary>
    public readonly bool Has(string field) => _found?.Exists(known => known.Field == field) == true;

    internal readonly IReadOnlyList<FieldProblem> All => _found ?? (IReadOnlyList<FieldProblem>)[];
}
