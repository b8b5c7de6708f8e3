using System.Reflection;

namespace RideIngest.Pages.Shell;

/// <summary>An entry of the navigation.</summary>
public sealed record NavEntry(string Name, string Path);

/// <summary>The pages of the modules of this process.</summary>
public sealed class PageList(IEnumerable<ModulePages> modules)
{
    private readonly ModulePages[] _modules = [.. modules];

    /// <summary>All entries, the first page first.</summary>
    public IEnumerable<NavEntry> Entries => _modules.SelectMany(module => module.Entries).OrderByDescending(entry => entry.Path == "/");

    internal IReadOnlyList<Assembly> Assemblies => [.. _modules.Select(module => module.Assembly).Distinct()];

    /// <summary>Whether the endpoints exist.</summary>
    internal bool IsMapped { get; set; }
}

/// <summary>The pages of a module: the components with a route in its assembly.</summary>
public sealed record ModulePages(Assembly Assembly, IReadOnlyList<NavEntry> Entries);
