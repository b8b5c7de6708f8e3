using System.ComponentModel;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Records.Kinds;

namespace RideIngest.Hosting.OpenApi;

/// <summary>
/// Serves <c>/openapi/v1.json</c>: all operations of this process, described where they are mapped (<see cref="Operations"/>).
/// </summary>
internal sealed class ApiDocument(IServiceProvider services)
{
    public const string Path = "/openapi/v1.json";

    private const string Name = "v1";

    private Task<byte[]>? _document;

    public static void Register(IServiceCollection services) => services
        .ConfigureHttpJsonOptions(json =>
        {
            // Without it, integers would be "integer or string" in schemas, and constructor parameters would not be required.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        })
        .AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = IsOperation;
            options.CreateSchemaReferenceId = type =>
                type.Type == typeof(ProblemBody) ? "Problem"
                : IsId(type.Type) ? null
                : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddSchemaTransformer(AsWeWriteIt);
            options.AddOperationTransformer(WhoMayUseIt);
            options.AddDocumentTransformer<DocumentHead>();
        })
        .AddSingleton(ProblemTypeEndpoints.DocumentTag)
        .AddSingleton<ApiDocument>();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var document = endpoints.ServiceProvider.GetRequiredService<ApiDocument>();
        endpoints.MapMethods(Path, ReadMethods.All, document.GetAsync).Public();
        DocumentPage.Map(endpoints.MapGroup("").Page());
        ProblemTypeEndpoints.Map(endpoints);
    }

    private async Task GetAsync(HttpContext http)
    {
        // Two concurrent first requests may both build it; the results are equal.
        var document = await (_document ??= MakeAsync());
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(document, http.RequestAborted);
    }

    private async Task<byte[]> MakeAsync()
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        return Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1) + "\n");
    }

    // Operations have an operation id. HEAD is served with GET and has no id.
    private static bool IsOperation(ApiDescription endpoint) =>
        !HttpMethods.IsHead(endpoint.HttpMethod!) && endpoint.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().Any();

    // Optional properties are left out of answers and never null. Enumerations are written as names.
    private static Task AsWeWriteIt(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        // As a list of types it would be one of them in generated clients.
        if (IsId(context.JsonTypeInfo.Type))
        {
            schema.OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.Null },
                new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                new OpenApiSchema { Type = JsonSchemaType.String },
            ];
        }

        // The generator describes neither these nor values of any type.
        if (IsId(context.JsonTypeInfo.Type) || context.JsonTypeInfo.Type == typeof(JsonNode))
        {
            schema.Description ??= context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), false)
                .OfType<DescriptionAttribute>().FirstOrDefault()?.Description;
        }
        if (context.JsonPropertyInfo is { IsRequired: false })
            schema.Type &= ~JsonSchemaType.Null;
        if (schema.Enum is { Count: > 0 })
            schema.Type ??= JsonSchemaType.String;
        return Task.CompletedTask;
    }

    private static bool IsId(Type type) => type == typeof(RecordId) || type == typeof(RecordId?);

    private static Task WhoMayUseIt(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<NeedsAttribute>().LastOrDefault() is { } scopes)
        {
            var needed = scopes.AnyOf.Count == 0 ? "any key will do" : $"the key needs the scope {scopes}";
            operation.Description = $"{operation.Description} If keys are required, {needed}.".TrimStart();
        }
        return Task.CompletedTask;
    }
}
