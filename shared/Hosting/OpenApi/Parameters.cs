using Microsoft.OpenApi;

namespace RideIngest.Hosting.OpenApi;

/// <summary>Schemas of operation parameters.</summary>
public static class Parameters
{
    public static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    public static OpenApiSchema Seconds => new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" };

    public static OpenApiSchema Limit => new() { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1", Maximum = "1000" };

    public static OpenApiSchema Id => new() { Type = JsonSchemaType.Integer, Format = "int64", Minimum = "1" };
}
