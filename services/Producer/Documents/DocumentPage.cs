namespace RideIngest.Producer.Documents;

/// <summary><c>/docs</c>: Swagger UI, served from its package, over <see cref="OpenApiDocument"/>. Nothing of it comes from elsewhere.</summary>
internal static class DocumentPage
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapSwaggerUI("docs", page =>
    {
        page.DocumentTitle = "RideIngest";
        page.SwaggerEndpoint(OpenApiDocument.Path, "RideIngest");
        page.EnableValidator(null);
        page.DisplayRequestDuration();
    });
}
