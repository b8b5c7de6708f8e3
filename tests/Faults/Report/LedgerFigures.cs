using RideIngest.Faults.Load;

namespace RideIngest.Faults.Report;

/// <summary>Counts a ledger.</summary>
internal sealed class LedgerFigures
{
    private readonly List<Attempt> _attempts;

    public LedgerFigures(Ledger ledger)
    {
        _attempts = [.. ledger.Attempts];
        Told = _attempts.CountBy(attempt => attempt.Told).ToDictionary();
    }

    public IReadOnlyDictionary<Told, int> Told { get; }

    /// <summary>The longest time between two answers that took a record.</summary>
    public TimeSpan LongestSilence
    {
        get
        {
            var answered = _attempts.Where(attempt => attempt.IsSettled).Select(attempt => attempt.At.Answered).Order().ToList();
            return TimeSpan.FromMilliseconds(answered.Count < 2 ? 0 : answered.Zip(answered.Skip(1), (one, next) => next - one).Max());
        }
    }

    /// <summary>Of what was sent in this time over a connection that there was.</summary>
    public double AcceptedBetween(int begun, int ended)
    {
        var sent = _attempts
            .Where(attempt => attempt.At.Sent >= begun && attempt.At.Sent <= ended && attempt.Told != Load.Told.NotSent)
            .ToList();
        return sent.Count == 0 ? 1 : (double)sent.Count(attempt => attempt.IsSettled) / sent.Count;
    }
}
