using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Answers;

/// <summary>A failure that was reported to a sender.</summary>
public sealed record Failure(DateTimeOffset At, string Kind, long? Id, Status Status, string? Error);

/// <summary>Keeps the last few failures of this process for display.</summary>
public sealed class LastFailures(TimeProvider clock)
{
    private const int Most = 20;

    private readonly Queue<Failure> _failures = new(Most);
    private readonly Lock _gate = new();

    /// <summary>The failures, latest last.</summary>
    public IReadOnlyList<Failure> All
    {
        get
        {
            lock (_gate)
                return [.. _failures];
        }
    }

    internal void Add(Kind kind, long? id, Status status, string? error)
    {
        lock (_gate)
        {
            if (_failures.Count == Most)
                _failures.Dequeue();
            _failures.Enqueue(new Failure(clock.GetUtcNow(), kind.Name, id, status, error));
        }
    }

    internal void Add(Kind kind, IReadOnlyList<UploadResult> results)
    {
        // Only the last failures of a batch would be kept anyway.
        foreach (var failure in results.Where(result => result.IsFailure).TakeLast(Most))
            Add(kind, failure.Id, failure.Status, failure.Error);
    }
}
