using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>Finds requests that a producer took and did not answer.</summary>
internal static class Unanswered
{
    /// <summary>
    /// A connection that ends at the instant a request is written to it cannot be avoided, and then the producer never had the request.
    /// That it had it is proven by its record being there, when it was sent but this once.
    /// </summary>
    public static IEnumerable<Finding> Find(Ledger ledger, Func<long, bool> isThere)
    {
        foreach (var (id, attempts) in ledger.Records)
        {
            if (attempts is [{ Told: Told.Nothing } attempt] && isThere(id))
                yield return new Finding(
                    Break.Lie, $"{id}, sent at {attempt.At.Sent} ms, was taken and kept, and its sender heard nothing");
            foreach (var refused in attempts.Where(one => one.Told is Told.NotKept or Told.Unknown))
                yield return new Finding(
                    Break.Lie, $"{id}, sent at {refused.At.Sent} ms, was answered {refused.Told} while servers were well");
        }
    }
}
