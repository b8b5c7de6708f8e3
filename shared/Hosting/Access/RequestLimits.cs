using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>Limits a caller's concurrent requests with ASP.NET Core's rate limiter.</summary>
public static class RequestLimits
{
    private const string Reads = "reads";
    private const string LivePages = "live pages";

    /// <summary>Applies <c>hosting.reads</c> to an endpoint that reads stored data.</summary>
    public static TBuilder LimitedAsRead<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(Reads);

    /// <summary>Applies <c>hosting.live_pages</c> to a stream for an open page.</summary>
    public static TBuilder LimitedAsLivePage<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(LivePages);

    internal static IServiceCollection AddRequestLimits(this IServiceCollection services, HostingSettings settings) =>
        services.AddRateLimiter(limits => limits
            .AddPolicy(Reads, new CallerLimit(settings.Reads, "hosting.reads", TimeSpan.FromSeconds(1)))
            .AddPolicy(LivePages, new CallerLimit(settings.LivePages, "hosting.live_pages", TimeSpan.FromSeconds(5))));
}

/// <summary>Limits concurrent requests per caller; if no key is required, all requests share one limit.</summary>
internal sealed class CallerLimit(int most, string setting, TimeSpan retryAfter) : IRateLimiterPolicy<string>
{
    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected { get; } = (rejected, _) => new(
        rejected.HttpContext.RefuseAsync(Problem.OfStatus(429) with
        {
            Detail = string.Create(CultureInfo.InvariantCulture, $"A sender may have at most {most} concurrent requests ({setting})."),
            RetryAfter = retryAfter,
        }));

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.GetConcurrencyLimiter(
        Caller.Of(httpContext)?.Name ?? "", _ => new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = 0 });
}
