namespace RideIngest.Records.Fields;

/// <summary>What is wrong with one field of a record; an empty <paramref name="Field"/> stands for the record as a whole.</summary>
public readonly record struct FieldProblem(string Field, string Message)
{
    public override string ToString() => Field.Length == 0 ? Message : $"{Field} {Message}";
}
