namespace RideIngest.Records.Fields;

/// <summary>Gathers a record's problems: the first of each field, in the order found. Costs nothing while there are none.</summary>
public ref struct FieldProblems
{
    private List<FieldProblem>? _found;

    public readonly bool Any => _found is not null;

    /// <summary>A field that already has a problem keeps the first: what follows from it would only mislead.</summary>
    public void Add(string field, string message)
    {
        _found ??= [];
        if (field.Length == 0 || !Has(field))
            _found.Add(new FieldProblem(field, message));
    }

    /// <summary>Whether this field has a problem, so that a rule that builds on it has nothing to say.</summary>
    public readonly bool Has(string field) => _found?.Exists(known => known.Field == field) == true;

    internal readonly IReadOnlyList<FieldProblem> All => _found ?? (IReadOnlyList<FieldProblem>)[];
}
