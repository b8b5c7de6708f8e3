using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;

namespace RideIngest.Producer.Intake;

/// <summary>Limits concurrent uploads, each of which uses bounded memory.</summary>
internal sealed class UploadLimit(ProducerSettings settings, ConsumerNews news) : IRateLimiterPolicy<string>
{
    public const string Name = "uploads";

    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected => (rejected, _) =>
        new(UploadIntake.RefusedAsync(rejected.HttpContext, Refusals.Busy(news.RetryAfter, "The limit is producer.uploads.")));

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) =>
        RateLimitPartition.GetConcurrencyLimiter(Name, _ => new() { PermitLimit = settings.Uploads, QueueLimit = 0 });
}
