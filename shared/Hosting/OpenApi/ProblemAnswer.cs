using RideIngest.Contracts.Problems;

namespace RideIngest.Hosting.OpenApi;

/// <summary>A problem answer of an operation.</summary>
public sealed class ProblemAnswer
{
    private ProblemAnswer(string type, string? meaning)
    {
        Type = ProblemTypes.Named(type);
        Meaning = meaning ?? Type.Meaning;
    }

    internal ProblemType Type { get; }

    /// <summary>Its meaning in this operation, or else the general meaning of the type.</summary>
    internal string Meaning { get; }

    public static implicit operator ProblemAnswer(string type) => new(type, null);

    public static implicit operator ProblemAnswer((string Type, string Meaning) problem) => new(problem.Type, problem.Meaning);
}
