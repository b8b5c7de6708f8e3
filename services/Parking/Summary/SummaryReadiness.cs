using RideIngest.Hosting.Health;

namespace RideIngest.Parking.Summary;

/// <summary>Reports that the summary file or the summary server fails. The process is degraded then: visits wait in the stream.</summary>
internal sealed class SummaryReadiness(SummaryWriter writer, SummaryCalls calls) : IReadinessCheck
{
    public string Name => "summary";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => new(writer.Trouble ?? calls.Trouble);
}
