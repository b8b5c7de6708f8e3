using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Integration.Platform;
using RideIngest.Records;

namespace RideIngest.Integration.Documents;

/// <summary>The OpenAPI document, against what it describes.</summary>
public sealed class DocumentTests(DocumentedSystem system) : IClassFixture<DocumentedSystem>
{
    private readonly JsonNode _document = JsonNode.Parse(system.Document)!;

    /// <summary>When an operation was changed on purpose, fetch it again: CONTRIBUTING.md says how.</summary>
    [Fact]
    public async Task The_committed_document_is_the_one_that_Standalone_serves() =>
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "openapi.json")), system.Document);

    [Fact]
    public async Task Every_kind_has_its_fields_and_an_example_that_is_taken()
    {
        foreach (var kind in new Catalog().Kinds)
        {
            var schema = _document["components"]!["schemas"]![kind.RecordName]!;
            Assert.Equal(kind.Fields.Select(field => field.Name), schema["properties"]!.AsObject().Select(property => property.Key));
            Assert.Equal(HttpStatusCode.Created, await PostAsync($"/v1/{kind.Name}", schema["examples"]![0]!.ToJsonString(), "application/json"));
            foreach (var (contentType, content) in _document["paths"]![$"/v1/{kind.Name}/batch"]!["post"]!["requestBody"]!["content"]!.AsObject())
                Assert.Equal(HttpStatusCode.OK, await PostAsync($"/v1/{kind.Name}/batch", Text(content!["example"]!), contentType));
        }
        foreach (var (contentType, content) in _document["paths"]!["/casino/events"]!["post"]!["requestBody"]!["content"]!.AsObject())
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync("/casino/events", Text(content!["example"]!), contentType));
    }

    [Fact]
    public void Every_operation_has_an_id_of_its_own_and_a_described_tag()
    {
        var tags = _document["tags"]!.AsArray().ToDictionary(tag => (string)tag!["name"]!, tag => (string?)tag!["description"]);

        Assert.Equal(Operations.Select(operation => (string?)operation["operationId"]).Distinct().Count(), Operations.Count);
        Assert.All(Operations, operation => Assert.NotEmpty(tags[(string)operation["tags"]![0]!]!));
    }

    [Fact]
    public void All_successful_answers_of_an_operation_have_the_same_schema() => Assert.All(Operations, operation => Assert.Single(
        operation["responses"]!.AsObject().Where(response => response.Key[0] == '2').Select(response => response.Value!["content"]!["application/json"]!["schema"]!.ToJsonString()).Distinct()));

    [Fact]
    public void Every_field_parameter_and_status_is_described_and_every_number_has_a_format()
    {
        foreach (var (name, schema) in _document["components"]!["schemas"]!.AsObject().Where(schema => schema.Value!["properties"] is not null))
        {
            foreach (var (property, described) in schema!["properties"]!.AsObject())
            {
                Assert.True(Described(described!), $"{name}.{property} is not described.");
                Assert.True(described!["format"] is not null || described["type"]?.ToJsonString().Contains("integer", StringComparison.Ordinal) is not true, $"{name}.{property} has no format.");
            }
        }
        Assert.All(Operations.SelectMany(operation => operation["parameters"]?.AsArray() ?? []), parameter => Assert.NotEmpty((string)parameter!["description"]!));
        Assert.All(Operations.SelectMany(operation => operation["responses"]!.AsObject()), response => Assert.Contains(' ', (string)response.Value!["description"]!));

        static bool Described(JsonNode schema) => schema["description"] is not null || (schema["oneOf"]?.AsArray().Any(one => Described(one!)) ?? false);
    }

    [Fact]
    public void Every_reference_leads_somewhere() =>
        Assert.All(References(_document), reference => Assert.NotNull(_document["components"]!["schemas"]![reference.Split('/')[^1]]));

    private List<JsonNode> Operations => [.. _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => method.Value!))];

    private static string Text(JsonNode example) => example is JsonValue text ? (string)text! : example.ToJsonString();

    private async Task<HttpStatusCode> PostAsync(string path, string body, string contentType)
    {
        using var answer = await system.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, contentType));
        return answer.StatusCode;
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
