using System.Text.Json.Nodes;
using RideIngest.TestKit.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace RideIngest.Integration.Deploy;

/// <summary>The YAML files that operators run, as their tools read them: anchors and merges resolved, every scalar a string.</summary>
internal static class DeployYaml
{
    public static string PathOf(string file) => Path.Combine(Repository.Root, file);

    public static JsonNode Load(string file) => Assert.Single(LoadAll(file));

    public static IReadOnlyList<JsonNode> LoadAll(string file)
    {
        using var text = File.OpenText(PathOf(file));
        var parser = new MergingParser(new Parser(text));
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            var document = new DeserializerBuilder().Build().Deserialize(parser);
            documents.Add(JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(document))!);
        }
        return documents;
    }

    public static IEnumerable<string> Strings(this JsonNode? list) => list?.AsArray().Select(item => (string)item!) ?? [];
}
