using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace RideIngest.Hosting.Config;

/// <summary>Reads a YAML file into a layer, with the line of each key.</summary>
internal static class YamlFile
{
    public static void Read(string path, SettingsLayer layer, List<string> problems)
    {
        var name = Path.GetFileName(path);
        var yaml = new YamlStream();
        Parser? parser = null;
        try
        {
            using var reader = File.OpenText(path);
            parser = new Parser(reader);
            yaml.Load(parser);
        }
        catch (YamlException e)
        {
            problems.Add($"{name} line {e.Start.Line}: this is not valid YAML: {e.InnerException?.Message ?? e.Message}");
            return;
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet's scanner throws this for some broken flow collections.
            problems.Add($"{name} line {parser?.Current?.End.Line ?? 1}: invalid YAML here or just after.");
            return;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{path}: the configuration file cannot be read: {e.Message}");
            return;
        }

        if (yaml.Documents.Count > 1)
            problems.Add($"{name}: has {yaml.Documents.Count} documents; expected one.");
        else if (yaml.Documents.Count == 1)
            Visit(yaml.Documents[0].RootNode, []);

        void Visit(YamlNode node, IReadOnlyList<string> at)
        {
            var origin = string.Create(CultureInfo.InvariantCulture, $"{name} line {node.Start.Line}");
            switch (node)
            {
                case YamlMappingNode map:
                    foreach (var (key, value) in map.Children)
                    {
                        if (key is not YamlScalarNode { Value: { } written })
                            problems.Add($"{name} line {key.Start.Line}: a key must be plain text.");
                        else
                            Visit(value, [.. at, written]);
                    }

                    break;

                case YamlSequenceNode list when at.Count > 0:
                    for (var i = 0; i < list.Children.Count; i++)
                        Visit(list.Children[i], [.. at, i.ToString(CultureInfo.InvariantCulture)]);
                    break;

                case YamlScalarNode scalar when at.Count > 0:
                    layer.Add(at, IsNull(scalar) ? null : scalar.Value, origin, strict: false);
                    break;

                case YamlScalarNode scalar when IsNull(scalar):
                    break;

                default:
                    problems.Add($"{name} line {node.Start.Line}: expected sections such as `nats:`.");
                    break;
            }
        }
    }

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null";
}
