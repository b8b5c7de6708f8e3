using System.Buffers;
using System.Text.Json;
using RideIngest.Records;
using RideIngest.Records.Fields;

namespace RideIngest.Producer.Documents;

/// <summary>A kind as a JSON schema, with its sample as the example.</summary>
internal static class RecordSchema
{
    public static void Write(Utf8JsonWriter json, Kind kind)
    {
        json.WriteStartObject(kind.Name);
        json.WriteString("type", "object");
        json.WriteStartArray("required");
        foreach (var field in kind.Fields.Where(field => field.Required))
            json.WriteStringValue(field.Name);
        json.WriteEndArray();
        json.WriteStartObject("properties");
        foreach (var field in kind.Fields)
            Write(json, field);
        json.WriteEndObject();
        json.WriteStartArray("examples");
        var sample = new ArrayBufferWriter<byte>();
        kind.WriteJson(kind.Sample, sample);
        json.WriteRawValue(sample.WrittenSpan);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Field field)
    {
        var (type, format) = field.Type switch
        {
            FieldType.Whole32 => ("integer", "int32"),
            FieldType.Whole64 => ("integer", "int64"),
            FieldType.Number => ("number", "double"),
            FieldType.Flag => ("boolean", null),
            FieldType.Instant => ("string", "date-time"),
            _ => ("string", (string?)null),
        };
        json.WriteStartObject(field.Name);
        if (field.Required)
        {
            json.WriteString("type", type);
        }
        else
        {
            json.WriteStartArray("type");
            json.WriteStringValue(type);
            json.WriteStringValue("null");
            json.WriteEndArray();
        }
        if (format is not null)
            json.WriteString("format", format);
        json.WriteString("description", $"Must be {field.Expected}.");
        if (field.Minimum is { } minimum)
            json.WriteNumber("minimum", minimum);
        if (field.Maximum is { } maximum)
            json.WriteNumber("maximum", maximum);
        if (field.MaxLength is { } longest)
            json.WriteNumber("maxLength", longest);
        if (field.Pattern is { } pattern)
            json.WriteString("pattern", pattern);
        if (field.Choices.Count > 0)
        {
            json.WriteStartArray("enum");
            foreach (var choice in field.Choices)
                json.WriteStringValue(choice);
            if (!field.Required)
                json.WriteNullValue();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
