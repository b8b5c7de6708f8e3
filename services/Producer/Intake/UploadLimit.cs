using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;

namespace RideIngest.Producer.Intake;

/// <summary>
/// Limits concurrent uploads, each of which uses bounded memory. If there can be several senders, each may have half of them, so that no
/// sender takes the places of all others.
/// </summary>
internal sealed class UploadLimit : IRateLimiterPolicy<string>, IDisposable
{
    public const string Name = "uploads";

    private readonly ConcurrencyLimiter _all;
    private readonly ConsumerNews _news;
    private readonly int _perSender;

    public UploadLimit(ProducerSettings settings, AuthSettings auth, ConsumerNews news)
    {
        _all = new ConcurrencyLimiter(Most(settings.Uploads));
        _news = news;
        _perSender = auth.Keys.Count > 1 || auth.Jwt.Authority is not null ? (settings.Uploads + 1) / 2 : settings.Uploads;
    }

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
    {
        var http = rejected.HttpContext;
        var form = http.GetEndpoint()!.Metadata.GetRequiredMetadata<RefusalForm>();
        return new(form.Write(http, Refusals.Busy(_news.RetryAfter, Limit(http))));
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.Get(
        Caller.Of(httpContext)?.Name ?? "",
        _ => RateLimiter.CreateChained(new ConcurrencyLimiter(Most(_perSender)), _all));

    public void Dispose() => _all.Dispose();

    private string Limit(HttpContext http) => _all.GetStatistics()!.CurrentAvailablePermits > 0 && Caller.Of(http) is { } caller
        ? string.Create(CultureInfo.InvariantCulture, $"{caller.Name} may have {_perSender} concurrent uploads, half of producer.uploads.")
        : "The limit is producer.uploads.";

    private static ConcurrencyLimiterOptions Most(int uploads) => new() { PermitLimit = uploads, QueueLimit = 0 };
}
