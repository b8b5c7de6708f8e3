using System.Diagnostics;
using RideIngest.CheckIn.Events;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Taps;

/// <summary>Decides taps that are stored in one commit, and gathers the rows to save.</summary>
internal sealed class TapBatch(AttendanceRules rules, bool isLive)
{
    private readonly Dictionary<string, Attendance> _employees = [];
    private readonly HashSet<string> _changed = [];
    private readonly Dictionary<Guid, AttendanceRecord> _records = [];
    private readonly Dictionary<Guid, EventRow> _byId = [];
    private readonly Dictionary<string, EventRow> _byKey = [];
    private readonly List<EventRow> _events = [];

    public List<(EventOrigin, CheckOut)> CheckOuts { get; } = [];

    public bool HasChanges => _events.Count > 0;

    /// <summary>Adds where the employees stand.</summary>
    public void Add(IEnumerable<EmployeeRow> rows)
    {
        foreach (var row in rows)
            _employees[row.EmployeeId] = row.Attendance;
    }

    /// <summary>Adds taps that are stored already.</summary>
    public void Add(IEnumerable<EventRow> rows)
    {
        foreach (var row in rows)
            Remember(row);
    }

    public TapOutcome Decide(TracedTap traced)
    {
        var tap = traced.Tap;
        if (_byId.TryGetValue(tap.Guid, out var same) || (tap.SenderKey is { } key && _byKey.TryGetValue(key, out same)))
        {
            if (same.EmployeeId != tap.EmployeeId)
                return new TapOutcome(TapEnd.OtherKey, tap.Guid);

            // Its receipt must tell the outcome, too.
            if (!isLive && same.Id != tap.Guid)
                Save(EventRow.Repeated(traced, same));
            return same.Outcome;
        }
        var before = _employees[tap.EmployeeId];
        var decision = before.Decide(tap, rules, isLive);
        if (decision.Outcome.End == TapEnd.Counted)
            Apply(traced, before, decision);

        // The outcome of a duplicate is kept for a sender that may ask again.
        else if (decision.Outcome.End == TapEnd.Duplicate && (tap.SenderKey is not null || !isLive))
            Save(EventRow.Of(traced, decision.Outcome, null));
        return decision.Outcome;
    }

    /// <summary>The parameters of <see cref="TapSql.Save"/>.</summary>
    public object Parameters(IReadOnlyList<string> destinations)
    {
        var changed = _changed.Select(employee => (Id: employee, Stands: _employees[employee])).ToList();
        var records = _records.Values;
        return new
        {
            recordIds = records.Select(record => record.Id).ToArray(),
            recordEmployees = records.Select(record => record.EmployeeId).ToArray(),
            ins = records.Select(record => record.CheckedInAt).ToArray(),
            outs = records.Select(record => record.CheckedOutAt).ToArray(),
            recordHours = records.Select(record => record.Hours).ToArray(),
            states = records.Select(record => record.State.Word()).ToArray(),
            eventIds = _events.ConvertAll(item => item.Id),
            eventEmployees = _events.ConvertAll(item => item.EmployeeId),
            actions = _events.ConvertAll(item => item.Action),
            eventRecords = _events.ConvertAll(item => item.RecordId),
            ats = _events.ConvertAll(item => item.At),
            inAts = _events.ConvertAll(item => item.InAt),
            eventHours = _events.ConvertAll(item => item.Hours),
            firstActions = _events.ConvertAll(item => item.FirstAction),
            firstAts = _events.ConvertAll(item => item.FirstAt),
            keys = _events.ConvertAll(item => item.Key),
            traces = _events.ConvertAll(item => item.Trace),
            employees = changed.Select(employee => employee.Id).ToArray(),
            lastRecords = changed.Select(employee => employee.Stands.RecordId).ToArray(),
            sinces = changed.Select(employee => employee.Stands.InSince).ToArray(),
            lastIds = changed.Select(employee => employee.Stands.Last?.Id).ToArray(),
            lastActions = changed.Select(employee => employee.Stands.Last?.Action.Word()).ToArray(),
            lastAts = changed.Select(employee => employee.Stands.Last?.At).ToArray(),
            checkOuts = CheckOuts.Select(checkOut => Guid.Parse(checkOut.Item2.Id)).ToArray(),
            destinations = destinations.ToArray(),
        };
    }

    private void Apply(TracedTap traced, Attendance before, Decision decision)
    {
        var tap = traced.Tap;
        _employees[tap.EmployeeId] = decision.After;
        _changed.Add(tap.EmployeeId);
        if (decision.OpenEnded is { } openEnded)
            _records[openEnded.Id] = openEnded;
        if (decision.Changed is { } changed)
            _records[changed.Id] = changed;
        var isOut = decision.Outcome.Action == TapAction.CheckedOut;
        Save(EventRow.Of(traced, decision.Outcome, isOut ? before.InSince : null));
        if (isOut)
            CheckOuts.Add((new EventOrigin(tap.Id, traced.Trace), decision.Changed!.ToCheckOut(tap.Id)));
    }

    private void Save(EventRow row)
    {
        _events.Add(row);
        Remember(row);
    }

    private void Remember(EventRow row)
    {
        _byId[row.Id] = row;
        if (row.Key is { } key)
            _byKey[key] = row;
    }
}

/// <summary>A row of <c>checkin.employees</c>.</summary>
internal sealed record EmployeeRow(
    string EmployeeId, Guid? RecordId, DateTime? InSince, Guid? EventId, string? Action, DateTime? At)
{
    public Attendance Attendance => new(
        RecordId,
        InSince is { } since ? new DateTimeOffset(since) : null,
        EventId is { } id && At is { } at
            ? new CountedTap(id, RecordId!.Value, TapActionText.Read(Action!), new DateTimeOffset(at))
            : null);
}

/// <summary>A row of <c>checkin.events</c>.</summary>
internal sealed class EventRow
{
    private const string Duplicate = "duplicate";

    // A tap that was sent again, with its key, while Postgres was away.
    private const string Again = "repeated";

    public Guid Id { get; init; }

    public string EmployeeId { get; init; } = "";

    public string Action { get; init; } = "";

    public Guid RecordId { get; init; }

    public DateTimeOffset At { get; init; }

    public DateTimeOffset? InAt { get; init; }

    public double? Hours { get; init; }

    public string? FirstAction { get; init; }

    public DateTimeOffset? FirstAt { get; init; }

    public string? Key { get; init; }

    public string? Trace { get; init; }

    public TapOutcome Outcome => Action switch
    {
        Duplicate => new(TapEnd.Duplicate, Id, RecordId, TapActionText.Read(FirstAction!), FirstAt!.Value),
        Again when FirstAction == Duplicate => new(TapEnd.Duplicate, Id, RecordId, default, FirstAt!.Value),
        Again => new(TapEnd.Counted, Id, RecordId, TapActionText.Read(FirstAction!), FirstAt!.Value, Hours),
        _ => new(TapEnd.Counted, Id, RecordId, TapActionText.Read(Action), At, Hours),
    };

    public static EventRow Repeated(TracedTap traced, EventRow first) => new()
    {
        Id = traced.Tap.Guid,
        EmployeeId = traced.Tap.EmployeeId,
        Action = Again,
        RecordId = first.RecordId,
        At = traced.Tap.At,
        Hours = first.Hours,
        FirstAction = first.Action == Again ? first.FirstAction : first.Action,
        FirstAt = first.Action == Again ? first.FirstAt : first.At,
    };

    public static EventRow Of(TracedTap traced, TapOutcome outcome, DateTimeOffset? inAt)
    {
        var isDuplicate = outcome.End == TapEnd.Duplicate;
        return new()
        {
            Id = outcome.Id,
            EmployeeId = traced.Tap.EmployeeId,
            Action = isDuplicate ? Duplicate : outcome.Action.Word(),
            RecordId = outcome.RecordId,
            At = isDuplicate ? traced.Tap.At : outcome.At,
            InAt = inAt,
            Hours = outcome.Hours,
            FirstAction = isDuplicate ? outcome.Action.Word() : null,
            FirstAt = isDuplicate ? outcome.At : null,
            Key = traced.Tap.SenderKey,
            Trace = traced.Trace == default(ActivityContext) ? null : FrameTraces.TraceParent(traced.Trace),
        };
    }
}
