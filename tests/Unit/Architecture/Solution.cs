using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using RideIngest.TestKit.Files;

namespace RideIngest.Unit.Architecture;

/// <summary>The compiled types of the shared libraries and the services, and which of them use which.</summary>
internal static class Solution
{
    public static readonly string[] Shared = ["Contracts", "Records", "Hosting", "Storage", "Streams", "Pages", "Mail", "LocalServers"];

    /// <summary>Every folder of services; the app host only starts them.</summary>
    public static readonly string[] Services =
    [
        .. Directory.GetDirectories(Path.Combine(Repository.Root, "services")).Select(path => Path.GetFileName(path)!).Except(["AppHost"]),
    ];

    private const string Prefix = "RideIngest.";

    private static readonly ArchUnitNET.Domain.Architecture Loaded =
        new ArchLoader()
            .LoadAssemblies([.. Shared.Concat(Services).Select(project => System.Reflection.Assembly.Load(Prefix + project))])
            .Build();

    /// <summary>Every use of a type of ours by another one.</summary>
    public static IReadOnlyList<Use> Uses { get; } =
    [
        .. Loaded.Types
            .Where(IsOurs)
            .SelectMany(
                type => type.Dependencies.Where(use => IsOurs(use.Target)).Select(use => new Use(Place.Of(type), Place.Of(use.Target))))
            .Distinct(),
    ];

    /// <summary>Every type, nested ones under the name of the one around them.</summary>
    public static IReadOnlyList<Place> Types { get; } = [.. Loaded.Types.Where(IsOurs).Select(Place.Of).Distinct()];

    private static bool IsOurs(IType type) => type.Namespace?.FullName.StartsWith(Prefix, StringComparison.Ordinal) == true;

    /// <summary>Where a type is.</summary>
    /// <param name="Folder">Below the project, with dots; empty for its root.</param>
    internal sealed record Place(string Project, string Folder, string Name)
    {
        public static Place Of(IType type)
        {
            var path = type.Namespace.FullName[Prefix.Length..].Split('.', 2);
            return new Place(path[0], path.Length > 1 ? path[1] : "", type.Name.Split('+', '`', '<')[0]);
        }

        public override string ToString() => string.Join('.', [Project, .. Folder.Length > 0 ? [Folder] : Array.Empty<string>(), Name]);
    }

    internal sealed record Use(Place From, Place To)
    {
        public override string ToString() => $"{From} uses {To}";
    }
}
