using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.OpenApi;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Documents;

public sealed class ApiDocumentTests
{
    private static readonly TestModule Module = new(endpoints: routes =>
    {
        routes.MapPost("/dishes", _ => Task.CompletedTask).Public().Operation("putDish", "dishes", "Send a dish");
        routes.MapMethods("/dishes/{id}", [HttpMethods.Get, HttpMethods.Head], _ => Task.CompletedTask).Needs("read")
            .Operation("getDish", "dishes", "A dish")
            .Path("id", Parameters.Id, "Its id");
        routes.MapGet("/kitchen", _ => Task.CompletedTask).Public();
    });

    [Fact]
    public async Task A_process_describes_the_operations_that_it_serves_and_no_other()
    {
        var paths = (await DocumentAsync())["paths"]!.AsObject();

        Assert.Equal(["/dishes", "/dishes/{id}", "/problems", "/problems/{type}"], paths.Select(path => path.Key));
        Assert.Equal(["get"], paths["/dishes/{id}"]!.AsObject().Select(method => method.Key));
    }

    [Fact]
    public async Task An_operation_says_which_scope_it_needs()
    {
        var paths = (await DocumentAsync())["paths"]!;

        Assert.Null(paths["/dishes"]!["post"]!["description"]);
        Assert.Contains("the scope read.", (string)paths["/dishes/{id}"]!["get"]!["description"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_is_asked_for_without_a_body_too()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();
        var document = await client.GetStringAsync("/openapi/v1.json");

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/openapi/v1.json"));

        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(document), head.Content.Headers.ContentLength);
        await host.StopAsync();
    }

    private static async Task<JsonNode> DocumentAsync()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();
        var document = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!;
        await host.StopAsync();
        return document;
    }
}
