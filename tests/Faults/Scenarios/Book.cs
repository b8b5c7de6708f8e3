namespace RideIngest.Faults.Scenarios;

/// <summary>All scenarios.</summary>
internal static class Book
{
    public static IReadOnlyList<Scenario> All { get; } =
        [.. ProcessFaults.All, .. NatsFaults.All, .. PostgresFaults.All, .. ClientFaults.All, .. ClusterFaults.All, .. CasinoFaults.All];

    public static Scenario Named(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new ArgumentException($"There is no scenario {name}; --list names them.");
}
