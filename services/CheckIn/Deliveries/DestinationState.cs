namespace RideIngest.CheckIn.Deliveries;

/// <summary>
/// What all processes together know of a destination: its circuit breaker and its rate limit, as pure functions. The breaker opens after
/// several failed calls in a row, then lets one call through at each interval, and closes after a few that succeed.
/// </summary>
internal sealed record DestinationState
{
    public const int FailuresToOpen = 5;
    public const int SuccessesToClose = 3;

    // After 429, the rate is halved for this time.
    private static readonly TimeSpan Lowered = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromMinutes(10);
    private const double LowestRate = 0.1;

    // Calls are planned no further ahead.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(2);

    public int Failures { get; init; }

    /// <summary>The event of the last failed call, or of the last call through an open breaker.</summary>
    public Guid? LastEvent { get; init; }

    /// <summary>While the breaker is open, when the next call is let through; null while it is closed.</summary>
    public DateTimeOffset? OpenUntil { get; init; }

    public int Successes { get; init; }

    /// <summary>When the breaker opened or closed.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Why the last call failed, or why the breaker is open.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset NextCall { get; init; }

    public double? LoweredRate { get; init; }

    public DateTimeOffset? LoweredUntil { get; init; }

    public bool IsOpen => OpenUntil is not null;

    /// <summary>The rate that holds now.</summary>
    public double RateAt(DateTimeOffset now, double usual) =>
        LoweredRate is { } lowered && LoweredUntil > now ? Math.Min(lowered, usual) : usual;

    /// <summary>Takes turns for calls.</summary>
    /// <param name="events">The events to call with, in order.</param>
    /// <param name="pause">The interval of an open breaker.</param>
    /// <param name="patience">How long a call takes at most.</param>
    public (Turns Turns, DestinationState After) Take(
        DateTimeOffset now, IReadOnlyList<Guid> events, double rate, TimeSpan pause, TimeSpan patience)
    {
        var spacing = TimeSpan.FromSeconds(1 / RateAt(now, rate));
        if (OpenUntil is { } until)
        {
            var due = until > NextCall ? until : NextCall;
            if (now < due)
                return (new(0, due - now, default), this);

            // Another event has its turn first, if any waits: this one may be at fault.
            if (events[0] == LastEvent && events.Count == 1 && now < until + pause)
                return (new(0, until + pause - now, default), this);
            var trial = events[0] == LastEvent && events.Count > 1 ? 1 : 0;
            return (
                new(1, TimeSpan.Zero, default) { First = trial, IsTrial = true, CostsAttempt = Successes > 0 },
                this with
                {
                    OpenUntil = now + (patience > pause ? patience : pause),
                    LastEvent = events[trial],
                    NextCall = now + spacing,
                });
        }
        var start = NextCall > now ? NextCall : now;
        if (start - now > Ahead)
            return (new(0, start - now, default), this);
        var count = Math.Min(events.Count, 1 + (int)((now + Ahead - start) / spacing));
        return (new(count, start - now, spacing) { CostsAttempt = true }, this with { NextCall = start + (count * spacing) });
    }

    /// <summary>Counts the ends of calls.</summary>
    public DestinationState After(DateTimeOffset now, IEnumerable<(Guid Event, Delivery Delivery)> ended, double rate, TimeSpan pause)
    {
        var state = this;
        foreach (var (id, delivery) in ended)
        {
            state = delivery.End switch
            {
                DeliveryEnd.Failed or DeliveryEnd.InDoubt => state.Failed(now, id, delivery, pause),
                DeliveryEnd.Limited => state.Succeeded(now, pause).Limited(now, delivery, rate),
                DeliveryEnd.NotBegun => state,
                _ => state.Succeeded(now, pause),
            };
        }
        return state;
    }

    private DestinationState Failed(DateTimeOffset now, Guid id, Delivery delivery, TimeSpan pause)
    {
        if (IsOpen)
            return this with { OpenUntil = now + pause, Successes = 0, LastEvent = id, Reason = delivery.Answer };

        // An event that is itself at fault opens no breaker: its attempts run out.
        var failures = delivery.MayBeTheEvent && id == LastEvent ? Failures : Failures + 1;
        var failed = this with { Failures = failures, LastEvent = id, Reason = delivery.Answer };
        return failures < FailuresToOpen ? failed : failed with { OpenUntil = now + pause, Successes = 0, ChangedAt = now };
    }

    private DestinationState Succeeded(DateTimeOffset now, TimeSpan pause)
    {
        if (!IsOpen)
            return this with { Failures = 0, LastEvent = null, Reason = null };
        return Successes + 1 < SuccessesToClose
            ? this with { Successes = Successes + 1, OpenUntil = now + pause, LastEvent = null }
            : this with { OpenUntil = null, Failures = 0, Successes = 0, LastEvent = null, Reason = null, ChangedAt = now };
    }

    private DestinationState Limited(DateTimeOffset now, Delivery delivery, double rate)
    {
        var wait = delivery.After > TimeSpan.Zero ? delivery.After : UsualLimit;
        var after = now + (wait < LongestLimit ? wait : LongestLimit);

        // Calls that were under way together lower it once.
        var isNew = LoweredUntil is not { } until || until - Lowered + UsualLimit < now;
        return this with
        {
            NextCall = after > NextCall ? after : NextCall,
            LoweredRate = isNew ? Math.Max(LowestRate, RateAt(now, rate) / 2) : LoweredRate,
            LoweredUntil = isNew ? now + Lowered : LoweredUntil,
            Reason = delivery.Answer,
        };
    }
}

/// <summary>Turns for calls.</summary>
/// <param name="Count">0 if there is none now.</param>
/// <param name="Wait">Until the first; with no turn, until it is worth asking again.</param>
/// <param name="Spacing">From each to the next.</param>
internal readonly record struct Turns(int Count, TimeSpan Wait, TimeSpan Spacing)
{
    /// <summary>The first event that has a turn.</summary>
    public int First { get; init; }

    /// <summary>Whether the breaker is open: the call is to find out whether the destination is back.</summary>
    public bool IsTrial { get; init; }

    /// <summary>Whether a failed call costs an attempt: not while the destination is away, as far as is known.</summary>
    public bool CostsAttempt { get; init; }
}
