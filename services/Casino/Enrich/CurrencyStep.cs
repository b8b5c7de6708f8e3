using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Enrich;

/// <summary>The role currency: completes <c>amount_eur</c>. EUR needs no rate, and what has no amount needs nothing.</summary>
internal sealed class CurrencyStep(ExchangeRates rates) : IStep
{
    public static bool NeedsRate(CasinoEvent e) => e.Amount is not null && e.Currency != Currencies.Euro;

    public async Task TakeAsync(IReadOnlyList<CasinoEvent> events, CancellationToken cancellationToken)
    {
        var known = events.Any(NeedsRate) ? await rates.GetAsync(cancellationToken) : null;
        foreach (var e in events)
        {
            if (e.Amount is { } amount)
                e.AmountEur = NeedsRate(e) ? Currencies.ToEurCents(amount, e.Currency!, known![e.Currency!]) : amount;
        }
    }
}
