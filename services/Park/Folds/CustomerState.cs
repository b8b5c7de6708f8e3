using System.Text.Json.Serialization;

namespace RideIngest.Park.Folds;

internal abstract record CustomerEvent : ParkEvent;

internal sealed record CustomerEntered : CustomerEvent;

/// <param name="Start">When the customer joined the queue.</param>
/// <param name="End">When the customer boards, as estimated then.</param>
internal sealed record CustomerQueued(long Ride, DateTimeOffset Start, DateTimeOffset End) : CustomerEvent
{
    [JsonIgnore]
    public override DateTimeOffset? EndsAt => End;
}

internal sealed record CustomerUnQueued(long Ride) : CustomerEvent;

internal sealed record CustomerBoarded(long Ride) : CustomerEvent;

internal sealed record CustomerLeft : CustomerEvent;

/// <summary>A customer: a fold over the customer's events, and the decisions that depend on it.</summary>
internal sealed record CustomerState
{
    public static readonly CustomerState None = new();

    public int Version { get; init; }

    /// <summary>The time of the last event.</summary>
    public DateTimeOffset At { get; init; }

    public DateTimeOffset EnteredAt { get; init; }

    public DateTimeOffset? LeftAt { get; init; }

    /// <summary>The queue in which the customer is.</summary>
    public CustomerQueued? Queued { get; init; }

    /// <summary>The ride that the customer boarded last, and when.</summary>
    public BoardedRide? Boarded { get; init; }

    [JsonIgnore]
    public bool IsInside => Version > 0 && LeftAt is null;

    public CustomerState Apply(DateTimeOffset at, CustomerEvent happened) => Change(at, happened) with { Version = Version + 1, At = at };

    private CustomerState Change(DateTimeOffset at, CustomerEvent happened) => happened switch
    {
        CustomerEntered => this with { EnteredAt = at },
        CustomerQueued queued => this with { Queued = queued },
        CustomerUnQueued => this with { Queued = null },
        CustomerBoarded boarded => this with { Queued = null, Boarded = new(boarded.Ride, at) },
        CustomerLeft => this with { LeftAt = at },
        _ => throw new NotSupportedException($"A customer has no event {happened.Name}"),
    };

    /// <summary>Why the customer cannot join the queue of a ride; null if nothing is in the way.</summary>
    /// <param name="boarded">The ride that the customer boarded last, if any.</param>
    public RefusedCommand? WhyNotJoin(RideState? boarded, DateTimeOffset now)
    {
        if (!IsInside)
            return new(409, "has-left", "The customer has left the park");
        if (Queued is { } queued)
            return new(409, "in-queue", $"The customer is in the queue of ride {queued.Ride}");
        return Boarded is { } last && boarded?.BackAt(last.At, now) is not null
            ? new(409, "on-ride", $"The customer is on ride {last.Ride}")
            : null;
    }
}

internal sealed record BoardedRide(long Ride, DateTimeOffset At);
