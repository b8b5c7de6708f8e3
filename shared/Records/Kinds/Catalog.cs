using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace RideIngest.Records.Kinds;

/// <summary>All kinds, found once at startup.</summary>
public sealed class Catalog
{
    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Finds all kinds in these assemblies, or in this assembly if the list is empty.</summary>
    public Catalog(params Assembly[] assemblies)
    {
        foreach (var type in (assemblies.Length == 0 ? [typeof(Catalog).Assembly] : assemblies).SelectMany(a => a.GetTypes()))
        {
            if (!type.IsSubclassOf(typeof(Kind)) || type.IsAbstract)
                continue;
            var kind = (Kind)Activator.CreateInstance(type, nonPublic: true)!;
            if (!_kinds.TryAdd(kind.Name, kind))
                throw new InvalidOperationException($"{type} and {_kinds[kind.Name].GetType()} are both named {kind.Name}.");
        }
        Kinds = [.. _kinds.Values.OrderBy(kind => kind.Name, StringComparer.Ordinal)];
    }

    /// <summary>All kinds, ordered by name.</summary>
    public IReadOnlyList<Kind> Kinds { get; }

    public Kind this[string name] =>
        Find(name, out var kind) ? kind : throw new KeyNotFoundException($"There is no kind {name}; there are {string.Join(", ", Kinds)}.");

    public bool Find(string name, [NotNullWhen(true)] out Kind? kind) => _kinds.TryGetValue(name, out kind);
}
