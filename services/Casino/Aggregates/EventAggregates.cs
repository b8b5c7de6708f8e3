using RideIngest.Casino.Events;

namespace RideIngest.Casino.Aggregates;

/// <summary>The figures, in memory; they reset on restart. A redelivered event counts once.</summary>
internal sealed class EventAggregates(TimeProvider clock)
{
    private const int Shown = 20;

    private readonly Lock _gate = new();
    private readonly SeenEvents _seen = new();
    private readonly EventRate _rate = new(clock);
    private readonly Leaders _bets = new();
    private readonly Leaders _wins = new();
    private readonly Leaders _deposits = new();
    private readonly Queue<CasinoEvent> _latest = new();
    private long _total;

    /// <summary>Whether this process counts.</summary>
    public bool IsCounting { get; private set; }

    public Figures Figures
    {
        get
        {
            lock (_gate)
                return new(
                    _total, Hundredths(_rate.PerMinute(_total)), Hundredths(_rate.MovingAverage()), _bets.Top, _wins.Top, _deposits.Top);
        }
    }

    /// <summary>The data of the live page.</summary>
    public LiveView View
    {
        get
        {
            lock (_gate)
                return new(
                    Figures, _rate.History(), _bets.First, _wins.First, _deposits.First, [.. _latest.Reverse().Select(LiveEvent.Of)]);
        }
    }

    /// <summary>Counts new events and returns them.</summary>
    public List<CasinoEvent> Count(IReadOnlyList<CasinoEvent> events)
    {
        lock (_gate)
        {
            var fresh = events.Where(e => _seen.Add(e.Id)).ToList();
            foreach (var e in fresh)
                Count(e);
            _total += fresh.Count;
            _rate.Add(fresh.Count);
            return fresh;
        }
    }

    /// <summary>Resets all figures and starts counting.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _seen.Clear();
            _rate.Clear();
            foreach (var leaders in (Leaders[])[_bets, _wins, _deposits])
                leaders.Clear();
            _latest.Clear();
            _total = 0;
            IsCounting = true;
        }
    }

    /// <summary>Stops counting: another process has taken over, so these figures are incomplete.</summary>
    public void End()
    {
        lock (_gate)
            IsCounting = false;
    }

    private static double Hundredths(decimal rate) => (double)decimal.Round(rate, 2, MidpointRounding.AwayFromZero);

    private void Count(CasinoEvent e)
    {
        if (e.Type == EventType.Bet)
            _bets.Add(e.PlayerId, 1);
        if (e is { Type: EventType.Bet, HasWon: true })
            _wins.Add(e.PlayerId, 1);
        if (e is { Type: EventType.Deposit, AmountEur: { } euros })
            _deposits.Add(e.PlayerId, euros);
        _latest.Enqueue(e);
        if (_latest.Count > Shown)
            _latest.Dequeue();
    }
}
