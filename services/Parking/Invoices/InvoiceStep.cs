using RideIngest.Parking.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Invoices;

/// <summary>The stage invoices: issues what versions of visits call for.</summary>
internal sealed class InvoiceStep(InvoiceTable invoices) : Step<Visit>
{
    public override async Task<StepResult[]> RunAsync(Batch<Visit> batch, CancellationToken cancellationToken)
    {
        if (batch.Events.Count > 0)
            await invoices.IssueAsync(batch, cancellationToken);
        return StepResult.Each(batch.Events.Count);
    }
}
