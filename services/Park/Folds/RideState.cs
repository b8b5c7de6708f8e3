using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace RideIngest.Park.Folds;

internal abstract record RideEvent : ParkEvent;

internal sealed record RideAdded(string Title, string Description, int Capacity, TimeSpan RideTime, BoardingMode Boarding) : RideEvent;

internal sealed record RideChanged(string Title, string Description, int Capacity, TimeSpan RideTime) : RideEvent;

internal sealed record RideStatusChanged(OperatingStatus Status, string? Reason) : RideEvent;

internal sealed record RideCustomerQueued(long Customer) : RideEvent;

internal sealed record RideCustomerUnQueued(long Customer) : RideEvent;

/// <param name="WalkIns">Those on the ride who had not queued.</param>
internal sealed record RideDeparted(IReadOnlyList<long> Boarded, int WalkIns) : RideEvent;

/// <summary>A ride: a fold over its events, and the decisions that depend on it.</summary>
internal sealed record RideState
{
    // Repeated reports of these departures are recognised.
    private const int DeparturesKept = 100;

    // However many are on their way.
    private const int MostDepartures = 10_000;

    private const int MissedDepartures = 3;

    public static readonly RideState None = new();

    public int Version { get; init; }

    /// <summary>The time of the last event.</summary>
    public DateTimeOffset At { get; init; }

    public DateTimeOffset AddedAt { get; init; }

    public string Title { get; init; } = "";

    public string Description { get; init; } = "";

    public int Capacity { get; init; }

    public TimeSpan RideTime { get; init; }

    public BoardingMode Boarding { get; init; }

    public OperatingStatus Status { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset StatusSince { get; init; }

    /// <summary>Since when it runs, or ran when it was stopped.</summary>
    public DateTimeOffset RunsSince { get; init; }

    /// <summary>When those on the ride come back, or came back.</summary>
    public DateTimeOffset ReturnsAt { get; init; }

    [JsonIgnore]
    public WaitingLine Line { get; init; } = WaitingLine.Empty;

    /// <summary>The last departures, the oldest first.</summary>
    public ImmutableList<PastDeparture> Departures { get; init; } = [];

    [JsonIgnore]
    public bool Exists => Version > 0;

    /// <summary>Since when it is down or closed; null while it is neither.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Since when it is down, and its clock stands still; null while it is not.</summary>
    public DateTimeOffset? DownSince { get; init; }

    /// <summary>When it was down last.</summary>
    public DownTime? LastDown { get; init; }

    [JsonIgnore]
    public bool IsStopped => StoppedAt is not null;

    [JsonIgnore]
    public PastDeparture? Last => Departures.IsEmpty ? null : Departures[^1];

    public RideState Apply(DateTimeOffset at, RideEvent happened) => Change(at, happened) with
    {
        Version = Version + 1,
        At = at > At ? at : At,
    };

    private RideState Change(DateTimeOffset at, RideEvent happened) => happened switch
    {
        RideAdded added => this with
        {
            AddedAt = at,
            Title = added.Title,
            Description = added.Description,
            Capacity = added.Capacity,
            RideTime = added.RideTime,
            Boarding = added.Boarding,
            StatusSince = at,
            RunsSince = at,
            ReturnsAt = at,
        },
        RideChanged changed => this with
        {
            Title = changed.Title,
            Description = changed.Description,
            Capacity = changed.Capacity,
            RideTime = changed.RideTime,
        },
        RideStatusChanged changed => ChangeStatus(at, changed),
        RideCustomerQueued queued => this with { Line = Line.Join(queued.Customer, at) },
        RideCustomerUnQueued left => this with { Line = Line.Leave(left.Customer) },
        RideDeparted departed => Leaves(at) with
        {
            Line = departed.Boarded.Aggregate(Line, (line, customer) => line.Leave(customer)),
            ReturnsAt = Later(ReturnsAt, Return(at)),
            Departures = Keep(new(at, departed.Boarded.Count, departed.WalkIns, Return(at))),
        },
        _ => throw new NotSupportedException($"A ride has no event {happened.Name}"),
    };

    private RideState ChangeStatus(DateTimeOffset at, RideStatusChanged changed)
    {
        var stops = changed.Status is OperatingStatus.Down or OperatingStatus.Closed;
        var next = this with
        {
            Status = changed.Status,
            Reason = changed.Reason,
            StatusSince = Status == changed.Status ? StatusSince : at,
            StoppedAt = stops ? StoppedAt ?? at : null,
            DownSince = changed.Status == OperatingStatus.Down ? DownSince ?? at : null,
            RunsSince = changed.Status == OperatingStatus.Operating && Status != changed.Status ? at : RunsSince,
        };
        return DownSince is { } since && next.DownSince is null ? next.WasDown(new(since, at)) : next;
    }

    /// <summary>Those who were on their way come back later.</summary>
    private RideState WasDown(DownTime down) => this with
    {
        LastDown = down,
        ReturnsAt = down.Delay(ReturnsAt),
        Departures = Departures.ConvertAll(departure => departure with { ReturnsAt = down.Delay(departure.ReturnsAt) }),
    };

    /// <summary>When those who left then come back; they may have been stopped on their way since.</summary>
    private DateTimeOffset Return(DateTimeOffset leftAt) =>
        LastDown is { } down && leftAt < down.From ? down.Delay(leftAt + RideTime) : leftAt + RideTime;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>A ride that was suspected to be broken is not, unless this is an older departure.</summary>
    private RideState Leaves(DateTimeOffset at) => Status == OperatingStatus.Suspected && !(at <= Last?.At)
        ? this with { Status = OperatingStatus.Operating, Reason = null, StatusSince = at }
        : this;

    /// <summary>Keeps the departure in the order of times, and forgets the first one when it is back.</summary>
    private ImmutableList<PastDeparture> Keep(PastDeparture departure)
    {
        var kept = Departures.Insert(Departures.FindLastIndex(before => before.At < departure.At) + 1, departure);
        var forgets = kept.Count > MostDepartures || (kept.Count > DeparturesKept && kept[0].ReturnsAt <= departure.At);
        return forgets ? kept.RemoveAt(0) : kept;
    }

    /// <summary>The number of people on the ride.</summary>
    public int Aboard(DateTimeOffset now) => Departures
        .Where(departure => departure.ReturnsAt > Clock(now))
        .Sum(departure => departure.Boarded + departure.WalkIns);

    /// <summary>When the customer who boarded at this time is back, by the clock; null if that is past.</summary>
    public DateTimeOffset? BackAt(DateTimeOffset boardedAt, DateTimeOffset now) =>
        Departures.FindLast(departure => departure.At == boardedAt) is { } departure && departure.ReturnsAt > Clock(now)
            ? departure.ReturnsAt
            : null;

    /// <summary>The clock of a ride that is down stands still; people come back from one that is closed.</summary>
    private DateTimeOffset Clock(DateTimeOffset now) => DownSince ?? now;

    /// <summary>The waiting time by the number of people ahead; null while the ride is stopped.</summary>
    public TimeSpan? WaitingTime(DateTimeOffset now) =>
        IsStopped ? null : (Line.Count + Aboard(now)) / Capacity * RideTime;

    /// <summary>When the customer at this place of the line boards, by the clock; null while the ride is stopped.</summary>
    /// <param name="place">0 for the first one.</param>
    public DateTimeOffset? BoardsAt(int place, DateTimeOffset now) =>
        IsStopped ? null : (ReturnsAt > now ? ReturnsAt : now) + place / Capacity * RideTime;

    /// <summary>When the ride can leave next with people who wait; null if it is stopped, or nobody waits.</summary>
    [JsonIgnore]
    public DateTimeOffset? CanLeaveAt => IsStopped || Line.First is not { } first
        ? null
        : new[] { ReturnsAt, RunsSince, first.Since }.Max();

    /// <summary>The next departure by the clock, if it is due; it may have been due some time ago.</summary>
    public (DateTimeOffset At, RideDeparted Event)? DueDeparture(DateTimeOffset now) =>
        Boarding == BoardingMode.Clock && CanLeaveAt is { } due && due <= now
            ? (due, new RideDeparted(Line.FirstBefore(due, Capacity), 0))
            : null;

    /// <summary>When a ride whose departures are reported must be suspected to be broken; null if never.</summary>
    /// <param name="heardSince">Since when reports can have arrived. Those that could not before have a ride time to come.</param>
    public DateTimeOffset? SuspectedAt(DateTimeOffset heardSince) =>
        Boarding == BoardingMode.Reported && Status == OperatingStatus.Operating && CanLeaveAt is { } due
            ? Later(due + MissedDepartures * RideTime, heardSince + RideTime)
            : null;

    public RefusedCommand? WhyNotJoin() =>
        IsStopped ? new(409, "ride-stopped", $"The ride {Title} is {Status.Word()}") : null;

    /// <summary>The departure that a ride's controller reports, or why it is refused; both are null if it was reported before.</summary>
    public (RideDeparted? Event, RefusedCommand? Refused) Report(int boarded, DateTimeOffset at)
    {
        if (Departures.Exists(departure => departure.At == at))
            return (null, null);
        if (Boarding == BoardingMode.Clock)
            return (null, new(409, "boards-by-clock", $"The ride {Title} boards by the clock"));
        if (at >= StoppedAt)
            return (null, WhyNotJoin());
        if (Departures.Count >= DeparturesKept && at < Departures[0].At)
            return (null, new(409, "departure-order", $"{DeparturesKept} later departures are recorded already"));
        var waiting = Line.FirstBefore(at, boarded);
        return (new(waiting, boarded - waiting.Count), null);
    }
}

/// <param name="Boarded">How many of those who queued are on it.</param>
/// <param name="ReturnsAt">When they come back, or came back.</param>
internal sealed record PastDeparture(DateTimeOffset At, int Boarded, int WalkIns, DateTimeOffset ReturnsAt);

/// <summary>A time while a ride was down.</summary>
internal sealed record DownTime(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>When something ends that was to end then: later by this time, if it had not ended before.</summary>
    public DateTimeOffset Delay(DateTimeOffset end) => end > From ? end + (Until - From) : end;
}

internal enum BoardingMode
{
    /// <summary>The ride leaves by the clock, whenever it is free and people wait.</summary>
    Clock,

    /// <summary>The ride's controller reports each departure.</summary>
    Reported,
}

internal enum OperatingStatus
{
    Operating,
    Down,
    Closed,

    /// <summary>It should have left several times and did not.</summary>
    Suspected,
}
