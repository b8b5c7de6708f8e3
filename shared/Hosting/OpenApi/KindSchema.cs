using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Hosting.OpenApi;

/// <summary>Builds the JSON schema of a kind from its fields, with its sample as the example.</summary>
internal static class KindSchema
{
    /// <summary>Returns the reference to the kind's schema in the document, named for a single record: <c>Booking</c>.</summary>
    public static OpenApiSchemaReference In(OpenApiDocument document, Kind kind)
    {
        document.AddComponent<IOpenApiSchema>(kind.RecordName, Of(kind));
        return new(kind.RecordName, document);
    }

    public static JsonNode Sample(Kind kind) => JsonNode.Parse(kind.Json(kind.Sample))!;

    private static OpenApiSchema Of(Kind kind) => new()
    {
        Type = JsonSchemaType.Object,
        Required = kind.Fields.Where(field => field.Required).Select(field => field.Name).ToHashSet(),
        Properties = kind.Fields.ToDictionary(field => field.Name, IOpenApiSchema (field) => Of(field)),
        Examples = [Sample(kind)],
    };

    private static OpenApiSchema Of(Field field)
    {
        var (type, format) = field.Type switch
        {
            FieldType.Whole32 => (JsonSchemaType.Integer, "int32"),
            FieldType.Whole64 => (JsonSchemaType.Integer, "int64"),
            FieldType.Number => (JsonSchemaType.Number, "double"),
            FieldType.Flag => (JsonSchemaType.Boolean, null),
            FieldType.Instant => (JsonSchemaType.String, "date-time"),
            _ => (JsonSchemaType.String, (string?)null),
        };
        var schema = new OpenApiSchema
        {
            Type = field.Required ? type : type | JsonSchemaType.Null,
            Format = format,
            Description = Describe(field),
            Minimum = field.Minimum?.ToString(CultureInfo.InvariantCulture),
            Maximum = field.Maximum?.ToString(CultureInfo.InvariantCulture),
            MaxLength = field.MaxLength,
            Pattern = field.Pattern,
        };
        if (field.Choices.Count > 0)
            schema.Enum = [.. field.Choices, .. field.Required ? Array.Empty<JsonNode>() : [JsonNullSentinel.JsonNull]];
        return schema;
    }

    private static string Describe(Field field) =>
        $"Must be {field.Expected}.{(field.Aliases.Count > 0 ? $" Also read as {string.Join(" or ", field.Aliases)}." : "")}";
}
