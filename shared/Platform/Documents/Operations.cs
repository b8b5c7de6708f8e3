using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.OpenApi;
using RideIngest.Platform.Hosting;
using RideIngest.Records;
using Problem = RideIngest.Platform.Hosting.Problem;

namespace RideIngest.Platform.Documents;

/// <summary>Describes an endpoint for the document, where it is mapped. Only what is described stands in the document; a request pays nothing for it.</summary>
public static class Operations
{
    private const string Json = "application/json";

    private static readonly (int[] Statuses, string Name, OpenApiSchema Schema, string Description)[] Headers =
    [
        ([202, 207, 429, 503, 504], "Retry-After", new() { Type = JsonSchemaType.Integer, Format = "int32" }, "In so many seconds, if it is known when"),
        ([401], "WWW-Authenticate", new() { Type = JsonSchemaType.String }, "Bearer"),
    ];

    /// <param name="id">Unique, in camelCase: what generated clients call their method.</param>
    public static TBuilder Operation<TBuilder>(this TBuilder endpoint, string id, string tag, string summary, string? description = null)
        where TBuilder : IEndpointConventionBuilder
    {
        // The API explorer passes over endpoints without a method; a RequestDelegate comes without one.
        endpoint.Add(builder =>
        {
            if (!builder.Metadata.OfType<MethodInfo>().Any()) builder.Metadata.Add(builder.RequestDelegate!.Method);
        });
        endpoint.WithName(id).WithTags(tag).WithSummary(summary);
        return description is null ? endpoint : endpoint.WithDescription(description);
    }

    public static TBuilder Path<TBuilder>(this TBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder => endpoint.Parameter(ParameterLocation.Path, name, _ => schema, description, example);

    public static TBuilder Query<TBuilder>(this TBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder => endpoint.Parameter(ParameterLocation.Query, name, _ => schema, description, example);

    public static TBuilder Header<TBuilder>(this TBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder => endpoint.Parameter(ParameterLocation.Header, name, _ => schema, description, example);

    /// <param name="type">What the choice is called in the document, and in generated clients.</param>
    public static TBuilder QueryChoice<TBuilder>(this TBuilder endpoint, string name, string type, string[] choices, string description)
        where TBuilder : IEndpointConventionBuilder => endpoint.Parameter(ParameterLocation.Query, name, document =>
        {
            document.AddComponent<IOpenApiSchema>(type, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. choices] });
            return new OpenApiSchemaReference(type, document);
        }, description, null);

    /// <summary>The body is one record.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder endpoint, Kind kind, string description)
        where TBuilder : IEndpointConventionBuilder => endpoint.Body(description, document => new() { [Json] = new OpenApiMediaType { Schema = KindSchema.In(document, kind) } });

    /// <summary>The body is many records: a JSON array, or text of one of the other types.</summary>
    public static TBuilder TakesMany<TBuilder>(this TBuilder endpoint, Kind kind, string description, params (string ContentType, string Example)[] texts)
        where TBuilder : IEndpointConventionBuilder => endpoint.Body(description, document =>
        {
            var content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new OpenApiMediaType
                {
                    Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = KindSchema.In(document, kind) },
                    Example = new JsonArray(KindSchema.Sample(kind)),
                },
            };
            foreach (var (contentType, example) in texts)
                content[contentType] = new OpenApiMediaType { Schema = Parameters.Text, Example = example };
            return content;
        });

    /// <summary>One of the good ends. All of an operation's have the same schema, so that generated clients take each for a success.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder endpoint, Type schema, int status, string description, JsonNode? example = null)
        where TBuilder : IEndpointConventionBuilder => endpoint
            .WithMetadata(new ProducesResponseTypeMetadata(status, schema, [Json]))
            .Response(status, (response, _) => (response.Description, response.Content![Json].Example) = (description, example));

    /// <summary>The good end is a record.</summary>
    public static TBuilder Answers<TBuilder>(this TBuilder endpoint, Kind kind, int status, string description)
        where TBuilder : IEndpointConventionBuilder => endpoint
            .Response(status, (response, document) => (response.Description, response.Content) = (
                description, new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = KindSchema.In(document, kind) } }));

    /// <summary>The answer may also come as lines, each of this schema, which the answer as JSON has too.</summary>
    public static TBuilder AnswersLines<TBuilder>(this TBuilder endpoint, Type line, string contentType, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
            endpoint.Response(status, (response, document) => response.Content![contentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(line.Name, document) });
        return endpoint;
    }

    public static TBuilder AnswerHeader<TBuilder>(this TBuilder endpoint, int status, string name, string description)
        where TBuilder : IEndpointConventionBuilder => endpoint.Response(status, (response, _) => Add(response, name, Parameters.Text, description));

    /// <summary>The problems that may come, by their types; each may have a sentence that says what it means here.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params ProblemAnswer[] problems)
        where TBuilder : IEndpointConventionBuilder => endpoint.Refuses(typeof(ProblemBody), Problem.ContentType, null, problems);

    /// <summary>The same, in a body of the operation's own.</summary>
    public static TBuilder RefusesAs<TBuilder>(this TBuilder endpoint, Type schema, JsonNode example, params ProblemAnswer[] problems)
        where TBuilder : IEndpointConventionBuilder => endpoint.Refuses(schema, Json, example, problems);

    private static TBuilder Refuses<TBuilder>(this TBuilder endpoint, Type schema, string contentType, JsonNode? example, ProblemAnswer[] problems)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in problems.GroupBy(problem => problem.Type.Status))
        {
            var meanings = status.Select(problem => $"`{problem.Type.Name}`: {problem.Meaning}").ToList();
            var description = meanings.Count == 1 ? meanings[0] : string.Join('\n', meanings.Select(meaning => $"- {meaning}"));
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status.Key, schema, [contentType]));
            endpoint.Response(status.Key, (response, _) => (response.Description, response.Content![contentType].Example) = (description, example));
        }
        return endpoint;
    }

    private static TBuilder Parameter<TBuilder>(
        this TBuilder endpoint, ParameterLocation location, string name, Func<OpenApiDocument, IOpenApiSchema> schema, string description, JsonNode? example)
        where TBuilder : IEndpointConventionBuilder => endpoint.Transform((operation, document) => (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = name,
            In = location,
            Required = location == ParameterLocation.Path,
            Description = description,
            Schema = schema(document),
            Example = example,
        }));

    private static TBuilder Body<TBuilder>(this TBuilder endpoint, string description, Func<OpenApiDocument, Dictionary<string, OpenApiMediaType>> content)
        where TBuilder : IEndpointConventionBuilder => endpoint.Transform((operation, document) =>
            operation.RequestBody = new OpenApiRequestBody { Required = true, Description = description, Content = content(document) });

    private static TBuilder Response<TBuilder>(this TBuilder endpoint, int status, Action<OpenApiResponse, OpenApiDocument> change)
        where TBuilder : IEndpointConventionBuilder => endpoint.Transform((operation, document) =>
        {
            var key = status.ToString(CultureInfo.InvariantCulture);
            if (!(operation.Responses ??= []).TryGetValue(key, out var response))
                operation.Responses[key] = response = new OpenApiResponse();
            change((OpenApiResponse)response, document);
            foreach (var header in Headers.Where(header => header.Statuses.Contains(status)))
                Add((OpenApiResponse)response, header.Name, header.Schema, header.Description);
        });

    private static void Add(OpenApiResponse response, string header, OpenApiSchema schema, string description) =>
        (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[header] = new OpenApiHeader { Schema = schema, Description = description };

    private static TBuilder Transform<TBuilder>(this TBuilder endpoint, Action<OpenApiOperation, OpenApiDocument> change)
        where TBuilder : IEndpointConventionBuilder => endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            change(operation, context.Document!);
            return Task.CompletedTask;
        });
}
