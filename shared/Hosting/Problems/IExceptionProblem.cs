namespace RideIngest.Hosting.Problems;

/// <summary>Knows exceptions that are no faults of ours, such as those of a server that is unavailable.</summary>
public interface IExceptionProblem
{
    /// <summary>Returns the problem to answer with, and the reason for the log; null for other exceptions.</summary>
    (Problem Problem, string Reason)? ProblemOf(Exception exception);
}
