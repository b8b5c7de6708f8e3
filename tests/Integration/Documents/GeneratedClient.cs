using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Newtonsoft.Json;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace RideIngest.Integration.Documents;

/// <summary>A C# client as NSwag generates it from a document, compiled in memory.</summary>
internal sealed class GeneratedClient
{
    private const string Namespace = "Generated";
    private const string Name = "RideIngestClient";

    private readonly Assembly _assembly;

    private GeneratedClient(Assembly assembly) => _assembly = assembly;

    public IEnumerable<string> Methods =>
        Type(Name).GetMethods().Select(method => method.Name).Where(name => name.EndsWith("Async", StringComparison.Ordinal)).Distinct();

    public static async Task<GeneratedClient> OfAsync(string document)
    {
        var settings = new CSharpClientGeneratorSettings { ClassName = Name, CSharpGeneratorSettings = { Namespace = Namespace } };
        var code = new CSharpClientGenerator(await OpenApiDocument.FromJsonAsync(document), settings).GenerateFile();
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(IsNeeded);
        var compilation = CSharpCompilation.Create(Namespace, [CSharpSyntaxTree.ParseText(code)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)), new(OutputKind.DynamicallyLinkedLibrary));
        using var compiled = new MemoryStream();
        var result = compilation.Emit(compiled);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        return new(Assembly.Load(compiled.ToArray()));
    }

    /// <summary>Its operations are its methods.</summary>
    public dynamic Over(HttpClient http) => Activator.CreateInstance(Type(Name), http)!;

    public dynamic Make(string type, string json) => JsonConvert.DeserializeObject(json, Type(type))!;

    public dynamic MakeMany(string type, params string[] json) =>
        JsonConvert.DeserializeObject($"[{string.Join(',', json)}]", typeof(List<>).MakeGenericType(Type(type)))!;

    public dynamic Choice(string type, string value) => Enum.Parse(Type(type), value);

    // Each of them costs the test process memory.
    private static bool IsNeeded(string assembly) =>
        Path.GetFileName(assembly) is var name
        && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll" or "Newtonsoft.Json.dll");

    private Type Type(string name) => _assembly.GetType($"{Namespace}.{name}", throwOnError: true)!;
}
