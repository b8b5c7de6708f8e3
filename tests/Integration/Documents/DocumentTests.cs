using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Records.Kinds;
using RideIngest.TestKit.Files;

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
    public async Task Every_kind_has_its_fields_and_examples_that_are_taken()
    {
        foreach (var kind in new Catalog().Kinds)
        {
            var schema = Schemas[kind.RecordName]!;
            Assert.Equal(kind.Fields.Select(field => field.Name), schema["properties"]!.AsObject().Select(property => property.Key));
            var example = schema["examples"]![0]!.ToJsonString();
            Assert.Equal(HttpStatusCode.Created, await PostAsync($"/v1/{kind.Name}", example, "application/json"));
            await ExamplesAreTakenAsync($"/v1/{kind.Name}/batch", HttpStatusCode.OK);
        }
        await ExamplesAreTakenAsync("/casino/events", HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData("/v1/booking", "/v1/bookings,")]
    [InlineData("/v1/booking", "/docs")]
    [InlineData("/problems/confict", "conflict,")]
    [InlineData("/problems/confict", "/problems")]
    public async Task An_unknown_path_or_problem_type_is_answered_with_what_exists_and_where_it_is_described(string path, string mentioned)
    {
        using var answer = await system.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(mentioned, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_operation_has_an_id_of_its_own_and_a_described_tag()
    {
        var tags = _document["tags"]!.AsArray().ToDictionary(tag => (string)tag!["name"]!, tag => (string?)tag!["description"]);

        Assert.Equal(Operations.Count, Operations.Select(operation => (string?)operation["operationId"]).Distinct().Count());
        Assert.All(Operations, operation => Assert.NotEmpty(tags[(string)operation["tags"]![0]!]!));
    }

    [Fact]
    public void All_successful_answers_of_an_operation_have_the_same_schema() => Assert.All(Operations, operation =>
    {
        var successes = operation["responses"]!.AsObject().Where(response => response.Key.StartsWith('2'));
        Assert.Single(successes.Select(response => SchemaOf(response.Value!["content"])).Distinct());
    });

    /// <summary>The schema of JSON, or of the only type; null if there is no body.</summary>
    private static string? SchemaOf(JsonNode? content) =>
        (content?["application/json"] ?? content?.AsObject().Single().Value)?["schema"]!.ToJsonString();

    [Fact]
    public void Every_field_parameter_and_status_is_described()
    {
        var fields = Schemas.SelectMany(schema => schema.Value!["properties"]?.AsObject() ?? []);

        Assert.Empty(fields.Where(field => !IsDescribed(field.Value!)).Select(field => field.Key));
        foreach (var operation in Operations)
        {
            Assert.All(operation["parameters"]?.AsArray() ?? [], parameter => Assert.True(IsDescribed(parameter!)));
            Assert.All(operation["responses"]!.AsObject(), status => Assert.Contains(' ', (string)status.Value!["description"]!));
        }

        static bool IsDescribed(JsonNode node) =>
            node["description"] is not null || node["oneOf"]?.AsArray().Any(one => IsDescribed(one!)) is true;
    }

    [Fact]
    public void Every_number_has_a_format() => Assert.All(Nodes(_document).Where(IsNumber), number => Assert.NotNull(number["format"]));

    [Fact]
    public void Every_reference_leads_somewhere() => Assert.All(
        Nodes(_document).Where(node => node["$ref"] is not null), node => Assert.NotNull(Schemas[((string)node["$ref"]!).Split('/')[^1]]));

    private JsonObject Schemas => _document["components"]!["schemas"]!.AsObject();

    private List<JsonNode> Operations =>
        [.. _document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(method => method.Value!)];

    private static bool IsNumber(JsonObject node) =>
        node["type"] is JsonValue or JsonArray && ((string[])["\"integer\"", "\"number\""]).Any(node["type"]!.ToJsonString().Contains);

    private static string Text(JsonNode example) => example is JsonValue text ? (string)text! : example.ToJsonString();

    private async Task<HttpStatusCode> PostAsync(string path, string body, string contentType)
    {
        using var answer = await system.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, contentType));
        return answer.StatusCode;
    }

    private async Task ExamplesAreTakenAsync(string path, HttpStatusCode status)
    {
        foreach (var (contentType, content) in _document["paths"]![path]!["post"]!["requestBody"]!["content"]!.AsObject())
            Assert.Equal(status, await PostAsync(path, Text(content!["example"]!), contentType));
    }

    private static IEnumerable<JsonObject> Nodes(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(property => Nodes(property.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Nodes),
        _ => [],
    };
}
