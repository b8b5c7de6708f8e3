using RideIngest.Casino.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Enrich;

/// <summary>The role currency: sets <c>amount_eur</c>. Amounts in EUR need no exchange rate.</summary>
internal sealed class CurrencyStep(ExchangeRates rates) : Step<CasinoEvent>
{
    public static bool NeedsRate(CasinoEvent e) => e.Amount is not null && e.Currency != Currencies.Euro;

    public override async Task<StepResult[]> RunAsync(Batch<CasinoEvent> batch, CancellationToken cancellationToken)
    {
        var (known, missing) = batch.Events.Any(NeedsRate) ? await rates.GetAsync(cancellationToken) : (null, null);
        var results = StepResult.Each(batch.Events.Count);
        for (var i = 0; i < results.Length; i++)
        {
            var e = batch.Events[i];
            if (e.Amount is not { } amount)
                continue;
            if (!NeedsRate(e))
                e.AmountEur = amount;
            else if (known is not null)
                e.AmountEur = Currencies.ToEurCents(amount, e.Currency!, known[e.Currency!]);
            else
                results[i] = StepResult.Retry(missing!);
        }
        return results;
    }
}
