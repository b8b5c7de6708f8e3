using Microsoft.Extensions.Logging;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Health;

/// <summary>A missing dependency and what to do about it.</summary>
public sealed record Missing(string Name, string Detail);

/// <param name="Status"><c>ready</c>, <c>degraded</c> if only nonessential dependencies are missing, <c>not_ready</c>, or
/// <c>draining</c>.</param>
public sealed record ReadinessReport(string Status, IReadOnlyList<Missing> Missing)
{
    public bool IsReady => Status is "ready" or "degraded";
}

/// <summary>Runs all readiness checks in parallel.</summary>
public sealed partial class Readiness(
    IEnumerable<IReadinessCheck> checks, IEnumerable<EssentialCheck> essential, HostingSettings settings, ILogger<Readiness> logger)
{
    private readonly IReadinessCheck[] _checks = [.. checks];
    private readonly HashSet<Type> _essential = [.. essential.Select(check => check.Check)];
    private volatile bool _draining;

    public async Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken)
    {
        if (_draining)
            return new("draining", []);
        var results = await Task.WhenAll(_checks.Select(check => AskAsync(check, cancellationToken)));
        var failed = _checks.Zip(results).Where(check => check.Second is not null).ToArray();
        var status = failed.Length == 0
            ? "ready"
            : failed.Any(check => _essential.Contains(check.First.GetType())) ? "not_ready" : "degraded";
        return new(status, [.. failed.Select(check => check.Second!)]);
    }

    internal bool IsDraining => _draining;

    /// <summary>Reports not ready from now on, regardless of the checks.</summary>
    internal void Drain() => _draining = true;

    private async Task<Missing?> AskAsync(IReadinessCheck check, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.ReadinessTimeout);
        try
        {
            // A check that ignores its token must not block the answer.
            var asked = Task.Run(() => check.MissingAsync(limit.Token).AsTask(), limit.Token);
            return await asked.WaitAsync(limit.Token) is { } detail ? new(check.Name, detail) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(check.Name, $"No answer within {Config.Duration.Format(settings.ReadinessTimeout)}: it hangs or is overloaded.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            CheckFailed(e, check.Name);
            return new(check.Name, "The check itself failed; see the log.");
        }
    }

    [LoggerMessage(1003, LogLevel.Error, "The readiness check {Check} failed")]
    private partial void CheckFailed(Exception exception, string check);
}
