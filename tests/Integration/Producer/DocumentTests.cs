using System.Text.Json.Nodes;
using RideIngest.Records;

namespace RideIngest.Integration.Producer;

/// <summary>The OpenAPI document, against what it describes.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task The_document_has_every_kind_with_its_fields_and_an_example_that_is_taken()
    {
        await using var system = await RideSystem.StartAsync();

        var document = (await system.GetAsync("/openapi/v1.json")).Json;

        Assert.Equal("3.1.0", (string?)document["openapi"]);
        foreach (var kind in new Catalog().Kinds)
        {
            var schema = document["components"]!["schemas"]![kind.Name]!;
            Assert.Equal(kind.Fields.Select(field => field.Name), schema["properties"]!.AsObject().Select(property => property.Key));
            Assert.Equal(201, (await system.PostAsync($"/v1/{kind.Name}", schema["examples"]![0]!.ToJsonString())).Status);
            Assert.NotNull(document["paths"]![$"/v1/{kind.Name}/batch"]!["post"]!["responses"]!["200"]!["content"]!["application/x-ndjson"]);
            Assert.NotNull(document["paths"]![$"/v1/{kind.Name}"]!["post"]!["responses"]!["503"]!["headers"]!["Retry-After"]);
            Assert.All((string[])["207", "408", "504"], status => Assert.NotNull(document["paths"]![$"/v1/{kind.Name}/batch"]!["post"]!["responses"]![status]));
        }
        Assert.All(References(document), reference => Assert.NotNull(document["components"]!["schemas"]![reference.Split('/')[^1]]));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
