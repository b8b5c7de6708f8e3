using System.Reflection;

namespace RideIngest.Pages.Shell;

/// <summary>An entry of the navigation.</summary>
/// <param name="Path">The page's path, or its URL if another process serves it.</param>
public sealed record NavEntry(string Name, string Path);

/// <summary>The pages of the modules of this process, and the navigation, which also has those of <c>pages.systems</c>.</summary>
public sealed class PageList
{
    public PageList(IEnumerable<ModulePages> modules, PagesSettings settings)
    {
        var all = modules.ToList();
        Assemblies = [.. all.Select(module => module.Assembly).Distinct()];
        Own = [.. all.SelectMany(module => module.Entries).OrderByDescending(entry => entry.Path == "/")];
        Elsewhere =
        [
            .. settings.Systems
                .Where(system => !Own.Any(own => IsNamed(own, system.Name)))
                .Select(system => new NavEntry(system.Name, system.Url)),
        ];
    }

    /// <summary>The pages of this process, the first page first.</summary>
    public IReadOnlyList<NavEntry> Own { get; }

    /// <summary>The pages of other processes.</summary>
    public IReadOnlyList<NavEntry> Elsewhere { get; }

    internal IReadOnlyList<Assembly> Assemblies { get; }

    /// <summary>Whether the endpoints exist.</summary>
    internal bool IsMapped { get; set; }

    /// <returns>The page with this name, here or elsewhere; null if there is none.</returns>
    public NavEntry? Find(string name) => Own.Concat(Elsewhere).FirstOrDefault(entry => IsNamed(entry, name));

    // The page of the system checkin is Check-in.
    private static bool IsNamed(NavEntry entry, string name) =>
        string.Equals(Plain(entry.Name), Plain(name), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>The pages of a module: the components with a route in its assembly.</summary>
public sealed record ModulePages(Assembly Assembly, IReadOnlyList<NavEntry> Entries);
