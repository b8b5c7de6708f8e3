using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>Where a stage takes its events from.</summary>
/// <param name="Consumer">The durable consumer that all processes with the stage share.</param>
public sealed record StageSource(string Consumer, string Subject);

/// <summary>A step of a system between its streams.</summary>
/// <param name="System">The system, as in metrics and dead letters.</param>
/// <param name="Name">The stage, unique in its system.</param>
public sealed record StageDefinition(string System, string Name, EnsuredStream Stream)
{
    /// <summary>One consumer each: nats-server 2.9 knows one filter subject per consumer.</summary>
    public required IReadOnlyList<StageSource> From { get; init; }

    /// <summary>The subject that an event is handed on to when its step is done; null at the end.</summary>
    public string? Next { get; init; }

    /// <summary>A batch ends when it has as many events.</summary>
    public int BatchEvents { get; init; } = 2000;

    /// <summary>How often an event is tried that its step throws on, before it becomes a dead letter.</summary>
    public int MostAttempts { get; init; } = 10;

    /// <summary>How long a step may take; after that it is cancelled, and counts as one that threw.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Finds the consumer in a way of the stage's own. Null while another process has it for itself.</summary>
    public Func<ConsumerConfig, CancellationToken, Task<INatsJSConsumer?>>? Reach { get; init; }

    /// <summary>
    /// Where single events wait that were parted from their frame, because their neighbours went on. A stage with a reach of its own has
    /// none.
    /// </summary>
    public StageSource? Retries => Reach is null ? new($"{Name}-retry", $"{From[0].Subject.Split('.')[0]}.retry.{Name}") : null;

    internal IEnumerable<StageSource> Sources => Retries is { } retries ? From.Append(retries) : From;
}
