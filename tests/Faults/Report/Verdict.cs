using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Report;

/// <summary>How a scenario ended, in figures.</summary>
internal sealed record Verdict(string Scenario, int Seed, IReadOnlyDictionary<Told, int> Told, IReadOnlyList<Finding> Findings)
{
    /// <summary>Of the requests sent while the fault lasted, the share that was accepted; with what was asked for.</summary>
    public (double Share, double Asked) Accepted { get; init; }

    /// <summary>The longest time in which no request was accepted.</summary>
    public TimeSpan LongestSilence { get; init; }

    /// <summary>From the fault's end until every producer answered 201 to a new record.</summary>
    public TimeSpan? Recovered { get; init; }

    /// <summary>From the last request until nothing was on its way any more.</summary>
    public TimeSpan Settled { get; init; }

    /// <summary>Frames that were delivered more than once.</summary>
    public long Redelivered { get; init; }

    public int Records => Told.Values.Sum();

    /// <summary>Nothing lost, nothing twice, no lie, nothing stuck.</summary>
    public bool IsTrue => Findings.Count == 0;

    /// <summary>And the figures that were asked for are reached.</summary>
    public bool IsGood => IsTrue && Accepted.Share >= Accepted.Asked && Recovered <= TimeSpan.FromSeconds(5);

    public int Count(Break kind) => Findings.Count(finding => finding.Break == kind);

    public int Of(params Told[] told) => told.Sum(one => Told.GetValueOrDefault(one));
}
