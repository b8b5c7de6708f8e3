using Polly.CircuitBreaker;

namespace RideIngest.Hosting.Retries;

/// <summary>The reason of a failure, for logs.</summary>
public static class Reasons
{
    /// <summary>Returns the message of an exception; of an open circuit breaker, that of the failure which opened it.</summary>
    public static string Of(Exception e) => (e is BrokenCircuitException { InnerException: { } opened } ? opened : e).Message;
}
