using RideIngest.Contracts.Problems;

namespace RideIngest.Hosting.OpenApi;

/// <summary>A problem that an operation may answer with.</summary>
public sealed class ProblemAnswer
{
    private ProblemAnswer(string type, string? meaning)
    {
        Type = ProblemTypes.Named(type);
        Meaning = meaning ?? Type.Meaning;
    }

    internal ProblemType Type { get; }

    /// <summary>What it means here; else what its type means anywhere.</summary>
    internal string Meaning { get; }

    public static implicit operator ProblemAnswer(string type) => new(type, null);

    public static implicit operator ProblemAnswer((string Type, string Meaning) problem) => new(problem.Type, problem.Meaning);
}
