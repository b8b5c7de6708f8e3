namespace RideIngest.Records.Fields;

/// <summary>The type of a field's values, for descriptions such as JSON schemas.</summary>
public enum FieldType
{
    Whole32,
    Whole64,
    Number,
    Flag,
    Instant,
    Choice,
    Text,
}
