using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Hosting.OpenApi;

/// <summary>A named group of operations in the document.</summary>
public sealed record DocumentTag(string Name, string Description);

/// <summary>Adds the document's title, server, security schemes and tags.</summary>
internal sealed class DocumentHead(IEnumerable<DocumentTag> tags) : IOpenApiDocumentTransformer
{
    private const string Description =
        """
        Stores records, and answers with the outcome of each one. Sending a record again is always safe.

        A failure is a problem (RFC 9457) with a stable `type`. `retryable` says whether the same request may succeed later, and
        `Retry-After` says when. `GET /problems` lists the types with their meaning and what to do.
        """;

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = "RideIngest", Version = RideIngestTelemetry.Version, Description = Description };
        document.Servers = [new() { Url = "/", Description = "The process that serves this document" }];
        foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
            tag.Description = tags.FirstOrDefault(described => described.Name == tag.Name)?.Description;

        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
            operation.Responses = InOrder(operation.Responses!);

        document.AddComponent<IOpenApiSecurityScheme>("header", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = "X-Api-Key",
            Description = "An API key, if the process requires keys (`auth.mode: keys`)",
        });
        document.AddComponent<IOpenApiSecurityScheme>("bearer", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "The same, as `Authorization: Bearer`",
        });

        // The empty requirement comes first: with auth.mode: none no key is required.
        document.Security = [new(), Requirement("header"), Requirement("bearer")];
        return Task.CompletedTask;

        OpenApiSecurityRequirement Requirement(string scheme) => new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
    }

    private static OpenApiResponses InOrder(OpenApiResponses responses)
    {
        var ordered = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(response => response.Key, StringComparer.Ordinal))
            ordered.Add(status, response);
        return ordered;
    }
}
