using System.Diagnostics.CodeAnalysis;

namespace RideIngest.Records.Kinds;

/// <summary>The kinds of records that producers accept and consumers store, by name.</summary>
public sealed class Catalog
{
    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Finds all kinds in this assembly.</summary>
    /// <param name="others">Kinds of other assemblies.</param>
    public Catalog(params IEnumerable<Kind> others)
    {
        var found = typeof(Catalog).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Kind)) && !type.IsAbstract)
            .Select(type => (Kind)Activator.CreateInstance(type, nonPublic: true)!);
        foreach (var kind in found.Concat(others))
        {
            if (!_kinds.TryAdd(kind.Name, kind))
                throw new InvalidOperationException($"{kind.GetType()} and {_kinds[kind.Name].GetType()} are both named {kind.Name}.");
        }
        Kinds = [.. _kinds.Values.OrderBy(kind => kind.Name, StringComparer.Ordinal)];
    }

    /// <summary>All kinds, ordered by name.</summary>
    public IReadOnlyList<Kind> Kinds { get; }

    public Kind this[string name] =>
        Find(name, out var kind) ? kind : throw new KeyNotFoundException($"There is no kind {name}; there are {string.Join(", ", Kinds)}.");

    public bool Find(string name, [NotNullWhen(true)] out Kind? kind) => _kinds.TryGetValue(name, out kind);
}
