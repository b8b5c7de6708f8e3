using System.Diagnostics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Gathering;

namespace RideIngest.Producer.Sending;

/// <summary>
/// A frame with records of many waiting requests. They are resumed by a few thread pool work items, each for a run of requests, because one
/// item per request would cost too much.
/// </summary>
internal sealed class SharedFrame(Kind kind) : OutgoingFrame(kind), IGatheredFrame<GatheredRecord>, IThreadPoolWorkItem
{
    private const int Run = 32;

    private readonly Lock _gate = new();
    private readonly List<PendingRecord?> _pending = [];
    private readonly List<ActivityContext> _traces = [];
    private List<Activity>? _requests;
    private readonly TaskCompletionSource _ending = new();
    private IReadOnlyList<ReplyOutcome> _exceptions = [];
    private Outcome[]? _outcomes;
    private Settled _settled;
    private ulong _sequence;
    private bool _ended;
    private int _left;
    private int _nextRun;

    public override bool IsSettled => Volatile.Read(ref _ended);

    /// <summary>
    /// Completes when the frame is settled. Its continuation runs before the requests are resumed, so that the next frame leaves earlier.
    /// </summary>
    public Task Ended => _ending.Task;

    public override IReadOnlyList<ActivityContext> Traces => _traces;

    public void Add(GatheredRecord item)
    {
        Append(item.Record);
        _traces.Add(item.Request?.Context ?? default);
        if (item.Request is { IsAllDataRequested: true } request)
            (_requests ??= []).Add(request);
        _pending.Add(item.Pending);
        _left++;
    }

    public override void LeavesIn(Activity span)
    {
        foreach (var request in _requests ?? [])
        {
            if (request.TraceId != span.TraceId)
                request.AddLink(new ActivityLink(span.Context));
        }
    }

    public override void Published(ulong sequence, bool storing)
    {
        lock (_gate)
            _sequence = sequence;
        Sweep(Environment.TickCount64, storing);
    }

    public override IReadOnlyList<Record<long>> Replied(FrameReply reply)
    {
        if (!Answers(reply) || !TryEnd(new Settled(new Outcome(Status.Stored), reply.Sequence), reply.Exceptions, null))
            return [];

        // Before the requests are resumed, because they are pooled.
        var refused = RefusedBy(reply, index => _pending[index] is { WantsNoOutcome: false });
        Resume();
        return refused;
    }

    public override void Stored(Outcome[] outcomes) => End(default, [], outcomes);

    public override void Refused(Refusal refusal) => End(Settled.Refused(refusal), [], null);

    public override void Sweep(long now, bool storing)
    {
        lock (_gate)
        {
            if (_ended || _sequence == 0)
                return;
            var accepted = Settled.Accepted(_sequence);
            for (var i = 0; i < _pending.Count; i++)
            {
                if (_pending[i] is not { } pending || (storing && now < pending.Deadline))
                    continue;
                _pending[i] = null;
                _left--;
                pending.SettleLater(accepted);
            }
            _ended = _left == 0;
        }
        if (_ended)
            _ending.TrySetResult();
    }

    private void End(in Settled settled, IReadOnlyList<ReplyOutcome> exceptions, Outcome[]? outcomes)
    {
        if (TryEnd(settled, exceptions, outcomes))
            Resume();
    }

    private bool TryEnd(in Settled settled, IReadOnlyList<ReplyOutcome> exceptions, Outcome[]? outcomes)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            _ended = true;
            (_settled, _exceptions, _outcomes) = (settled, exceptions, outcomes);
            return true;
        }
    }

    private void Resume()
    {
        _ending.TrySetResult();
        for (var first = 0; first < _pending.Count; first += Run)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var first = (Interlocked.Increment(ref _nextRun) - 1) * Run;
        var exception = 0;
        while (exception < _exceptions.Count && _exceptions[exception].Index < first)
            exception++;
        for (var i = first; i < Math.Min(first + Run, _pending.Count); i++)
        {
            var settled = _outcomes is null ? _settled : new Settled(_outcomes[i]);
            if (exception < _exceptions.Count && _exceptions[exception].Index == i)
                settled = settled with { Outcome = _exceptions[exception++].Outcome };
            if (_pending[i] is { } pending)
                pending.Settle(pending.WantsNoOutcome && settled.Sequence > 0 ? Settled.Accepted(settled.Sequence) : settled);
        }
    }
}
