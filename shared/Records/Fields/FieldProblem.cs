namespace RideIngest.Records.Fields;

/// <summary>A problem with one field of a record, or with the whole record if <paramref name="Field"/> is empty.</summary>
public readonly record struct FieldProblem(string Field, string Message)
{
    public override string ToString() => Field.Length == 0 ? Message : $"{Field} {Message}";
}
