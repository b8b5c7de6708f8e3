using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;

namespace RideIngest.Hosting.OpenApi;

/// <summary>
/// Describes an endpoint for the OpenAPI document where it is mapped. Endpoints without a description are not in the document. Descriptions
/// cost nothing per request.
/// </summary>
public static class Operations
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly (int[] Statuses, string Name, OpenApiSchema Schema, string Description)[] Headers =
    [
        ([202, 207, 429, 503, 504], "Retry-After", Parameters.Seconds, "Seconds to wait, if known"),
        ([401], "WWW-Authenticate", Parameters.Text, "Bearer"),
    ];

    /// <param name="id">The operation id: unique, in camelCase, the method name in generated clients.</param>
    public static IEndpointConventionBuilder Operation(
        this IEndpointConventionBuilder endpoint, string id, string tag, string summary, string? description = null)
    {
        // The API explorer ignores endpoints without a MethodInfo, which a RequestDelegate lacks.
        endpoint.Add(builder =>
        {
            if (!builder.Metadata.OfType<MethodInfo>().Any())
                builder.Metadata.Add(builder.RequestDelegate!.Method);
        });
        endpoint.WithName(id).WithTags(tag).WithSummary(summary);
        return description is null ? endpoint : endpoint.WithDescription(description);
    }

    public static IEndpointConventionBuilder Path(
        this IEndpointConventionBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null) =>
        endpoint.Parameter(ParameterLocation.Path, name, description, _ => schema, example);

    public static IEndpointConventionBuilder Query(
        this IEndpointConventionBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null) =>
        endpoint.Parameter(ParameterLocation.Query, name, description, _ => schema, example);

    public static IEndpointConventionBuilder Header(
        this IEndpointConventionBuilder endpoint, string name, OpenApiSchema schema, string description, JsonNode? example = null) =>
        endpoint.Parameter(ParameterLocation.Header, name, description, _ => schema, example);

    /// <param name="type">The schema's name in the document and in generated clients.</param>
    public static IEndpointConventionBuilder QueryChoice(
        this IEndpointConventionBuilder endpoint, string name, string type, string[] choices, string description) =>
        endpoint.Parameter(ParameterLocation.Query, name, description, document =>
        {
            document.AddComponent<IOpenApiSchema>(type, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. choices] });
            return new OpenApiSchemaReference(type, document);
        });

    /// <summary>Declares that the body is one record.</summary>
    public static IEndpointConventionBuilder Takes(this IEndpointConventionBuilder endpoint, Kind kind, string description) =>
        endpoint.Body(description, document => new() { [Json] = new() { Schema = KindSchema.In(document, kind) } });

    /// <summary>Declares that the body is JSON of this schema.</summary>
    public static IEndpointConventionBuilder Takes(
        this IEndpointConventionBuilder endpoint, Type schema, string description, JsonNode example) =>
        endpoint.Body(schema, description, example, isRequired: true);

    /// <summary>Declares that the body is form fields, or JSON of this schema.</summary>
    public static IEndpointConventionBuilder TakesForm(
        this IEndpointConventionBuilder endpoint, Type schema, string description, JsonNode example) =>
        endpoint.Body(schema, description, example, isRequired: true, Form);

    /// <summary>Declares that the body may be JSON of this schema, or missing.</summary>
    public static IEndpointConventionBuilder TakesOptional(
        this IEndpointConventionBuilder endpoint, Type schema, string description, JsonNode example) =>
        endpoint.Body(schema, description, example, isRequired: false);

    /// <summary>Declares that the body is many records: a JSON array, or text of one of the other types.</summary>
    public static IEndpointConventionBuilder TakesMany(
        this IEndpointConventionBuilder endpoint, Kind kind, string description, params (string ContentType, string Example)[] texts) =>
        endpoint.Body(description, document =>
        {
            var many = new OpenApiSchema { Type = JsonSchemaType.Array, Items = KindSchema.In(document, kind) };
            var content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = many, Example = new JsonArray(KindSchema.Sample(kind)) },
            };
            foreach (var (contentType, example) in texts)
                content[contentType] = new() { Schema = Parameters.Text, Example = example };
            return content;
        });

    /// <summary>
    /// Declares a successful answer. All of an operation's have the same schema, because generated clients expect one success type.
    /// </summary>
    public static IEndpointConventionBuilder Answers(
        this IEndpointConventionBuilder endpoint, Type schema, int status, string description, JsonNode? example = null) => endpoint
        .WithMetadata(new ProducesResponseTypeMetadata(status, schema, [Json]))
        .Response(status, (response, _) => (response.Description, response.Content![Json].Example) = (description, example));

    /// <summary>Declares a successful answer without a body.</summary>
    public static IEndpointConventionBuilder Answers(this IEndpointConventionBuilder endpoint, int status, string description) => endpoint
        .WithMetadata(new ProducesResponseTypeMetadata(status))
        .Response(status, (response, _) => response.Description = description);

    /// <summary>Declares that the answer is a stream of server-sent events.</summary>
    public static IEndpointConventionBuilder AnswersEvents(this IEndpointConventionBuilder endpoint, string description) => endpoint
        .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/event-stream"]))
        .Response(StatusCodes.Status200OK, (response, _) => response.Description = description);

    /// <summary>Declares a successful answer that is a record.</summary>
    public static IEndpointConventionBuilder Answers(this IEndpointConventionBuilder endpoint, Kind kind, int status, string description) =>
        endpoint.Response(status, (response, document) =>
        {
            response.Description = description;
            response.Content = new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = KindSchema.In(document, kind) } };
        });

    /// <summary>Declares that the answer may also be JSON lines of this schema, which the JSON answer contains too.</summary>
    public static IEndpointConventionBuilder AnswersLines(
        this IEndpointConventionBuilder endpoint, Type line, string contentType, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Response(status, (response, document) =>
                response.Content![contentType] = new() { Schema = new OpenApiSchemaReference(line.Name, document) });
        }
        return endpoint;
    }

    public static IEndpointConventionBuilder AnswerHeader(
        this IEndpointConventionBuilder endpoint, int status, string name, OpenApiSchema schema, string description) =>
        endpoint.Response(status, (response, _) => Add(response, name, schema, description));

    /// <summary>Declares problem answers by type, each with an optional description for this operation.</summary>
    public static IEndpointConventionBuilder Refuses(this IEndpointConventionBuilder endpoint, params ProblemAnswer[] problems) =>
        endpoint.Refuses(typeof(ProblemBody), Problem.ContentType, null, problems);

    /// <summary>Declares problem answers with members of the operation's own.</summary>
    public static IEndpointConventionBuilder Refuses(
        this IEndpointConventionBuilder endpoint, Type schema, params ProblemAnswer[] problems) =>
        endpoint.Refuses(schema, Problem.ContentType, null, problems);

    /// <summary>Declares problem answers with the operation's own body.</summary>
    public static IEndpointConventionBuilder RefusesAs(
        this IEndpointConventionBuilder endpoint, Type schema, JsonNode example, params ProblemAnswer[] problems) =>
        endpoint.Refuses(schema, Json, example, problems);

    private static IEndpointConventionBuilder Refuses(
        this IEndpointConventionBuilder endpoint, Type schema, string contentType, JsonNode? example, ProblemAnswer[] problems)
    {
        foreach (var status in problems.GroupBy(problem => problem.Type.Status))
        {
            var meanings = status.Select(problem => $"`{problem.Type.Name}`: {problem.Meaning}").ToList();
            var description = meanings.Count == 1 ? meanings[0] : string.Join('\n', meanings.Select(meaning => $"- {meaning}"));
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status.Key, schema, [contentType]));
            endpoint.Response(status.Key, (response, _) =>
                (response.Description, response.Content![contentType].Example) = (description, example));
        }
        return endpoint;
    }

    private static IEndpointConventionBuilder Parameter(
        this IEndpointConventionBuilder endpoint, ParameterLocation location, string name, string description,
        Func<OpenApiDocument, IOpenApiSchema> schema, JsonNode? example = null) =>
        endpoint.Transform((operation, document) =>
        {
            // The generator adds those that it finds in the handler's signature.
            var generated = (operation.Parameters ??= []).FirstOrDefault(known => known.Name == name && known.In == location);
            if (generated is not null)
                operation.Parameters.Remove(generated);
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = location,
                Required = location == ParameterLocation.Path,
                Description = description,
                Schema = schema(document),
                Example = example,
            });
        });

    private static IEndpointConventionBuilder Body(
        this IEndpointConventionBuilder endpoint, string description,
        Func<OpenApiDocument, Dictionary<string, OpenApiMediaType>> content) =>
        endpoint.Transform((operation, document) =>
            operation.RequestBody = new OpenApiRequestBody { Required = true, Description = description, Content = content(document) });

    private static IEndpointConventionBuilder Body(
        this IEndpointConventionBuilder endpoint, Type schema, string description, JsonNode example, bool isRequired,
        params string[] others) => endpoint
        .WithMetadata(new AcceptsMetadata([Json, .. others], schema, isOptional: !isRequired))
        .Transform((operation, _) =>
        {
            var body = (OpenApiRequestBody)operation.RequestBody!;
            (body.Description, body.Content![Json].Example) = (description, example);
        });

    private static IEndpointConventionBuilder Response(
        this IEndpointConventionBuilder endpoint, int status, Action<OpenApiResponse, OpenApiDocument> change) =>
        endpoint.Transform((operation, document) =>
        {
            var key = status.ToString(CultureInfo.InvariantCulture);
            if (!(operation.Responses ??= []).TryGetValue(key, out var found))
                operation.Responses[key] = found = new OpenApiResponse();
            var response = (OpenApiResponse)found;
            change(response, document);
            foreach (var (_, name, schema, description) in Headers.Where(header => header.Statuses.Contains(status)))
                Add(response, name, schema, description);
        });

    private static void Add(OpenApiResponse response, string header, OpenApiSchema schema, string description) =>
        (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[header] =
            new OpenApiHeader { Schema = schema, Description = description };

    private static IEndpointConventionBuilder Transform(
        this IEndpointConventionBuilder endpoint, Action<OpenApiOperation, OpenApiDocument> change) =>
        endpoint.AddOpenApiOperationTransformer((operation, context, _) =>
        {
            change(operation, context.Document!);
            return Task.CompletedTask;
        });
}
