using RideIngest.Integration;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"RideIngest.Integration.{nameof(LongestFirst)}", "RideIngest.Integration")]

namespace RideIngest.Integration;

/// <summary>Starts the classes that take longest first, so that no core is idle while the last one runs.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        "ShellTests", "ConsumerOutageTests", "CasinoRolesTests", "StandaloneTests", "CasinoPublishTests",
        "ConsumerLogTests", "ProducerLimitTests", "FailuresOutageTests", "StandalonePageTests", "LetterPageTests", "ConsumerStoppingTests",
        "ProducerOutageTests", "CollectorTests", "StageRetryTests", "ProducerStoppingTests", "DurabilityTests",
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Array.FindIndex(Longest, Names(collection)) is >= 0 and var place ? place : Longest.Length);

    private static Predicate<string> Names(ITestCollection collection) =>
        name => collection.DisplayName.EndsWith($".{name}", StringComparison.Ordinal);
}
