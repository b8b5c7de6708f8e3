using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

internal sealed class RowParser<TRecord>(Kind<TRecord> kind, Field<TRecord>[] fields) : RowParser
    where TRecord : Record, new()
{
    private TRecord _record = new();
    private List<FieldProblem>? _problems;
    private ulong _seen;

    internal override void Begin()
    {
        _record = new TRecord();
        _problems = null;
        _seen = 0;
    }

    internal override void Cell(int field, ReadOnlySpan<byte> text)
    {
        _seen |= 1UL << field;
        if (fields[field].Parse(text, _record) is { } wrong)
            (_problems ??= []).Add(new FieldProblem(fields[field].Name, wrong));
    }

    internal override Reading End(string? malformed)
    {
        var problems = default(FieldProblems);
        if (malformed is not null)
        {
            problems.Add("", malformed);
            return Kind<TRecord>.Invalid(_record, ref problems);
        }
        foreach (var (field, message) in _problems ?? [])
            problems.Add(field, message);
        return kind.Finish(_record, _seen, ref problems);
    }
}
