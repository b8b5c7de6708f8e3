namespace RideIngest.Parking.Summary;

/// <summary>
/// The summary server in this process, without HTTP. It needs no key, and takes summaries until the stages have stopped, unlike the web
/// server.
/// </summary>
internal sealed class OwnSummaryServer(SummaryWriter writer) : ISummaryServer
{
    public string Name => "of this process";

    public async Task<Dictionary<int, string>> WriteAsync(
        ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken)
    {
        var lines = new SummaryLine[summaries.Length];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = SummaryLine.Of(summaries.Span[i]);
        string? reason;
        try
        {
            reason = await writer.WriteAsync(lines).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A server in another process would answer 500.
            throw new SummaryServerException(e.Message, e);
        }
        return reason is null ? [] : throw new SummaryServerException(reason);
    }
}
