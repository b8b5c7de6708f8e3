namespace RideIngest.Records.Fields;

/// <summary>What a field holds, for those who describe it to others.</summary>
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
